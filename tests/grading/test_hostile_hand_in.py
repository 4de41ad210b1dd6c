"""Tries that the page does not offer: a number that is none, and one more after the mark."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests.handing_in import BEST, hand_in, submissions


def test_the_number_of_a_try_may_be_nonsense(app: Flask, course: int, as_: Any) -> None:
    amina = as_("amina")
    for attempt in ("9" * 5000, "-1", "1e9", "٣", ""):
        assert amina.post("/learn/tiny/rules/task", data={"text": "Name what you see.", "attempt": attempt}).status_code == 303
    assert [one.attempt for one in submissions(app)] == [1]


def test_after_the_mark_there_is_no_other_try(app: Flask, course: int, as_: Any) -> None:
    amina, bilal = as_("amina"), as_("bilal")
    hand_in(amina)
    id = submissions(app)[0].id
    bilal.post(f"/submissions/{id}/claim")
    assert bilal.post(f"/submissions/{id}/grade", data={**BEST, "feedback": "Good."}).status_code == 303
    assert hand_in(amina, "Something else that is longer.", 2).status_code == 422
    assert len(submissions(app)) == 1
