"""A mentor of her cohort says that a trainee is ready, in a sentence that she and staff read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.access import Role
from lms.core.db import db, transaction
from lms.people.models import User
from lms.pool.models import MentorSignOff

WORD = {"sentence": "Careful with every box."}


def said(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(MentorSignOff.sentence)))


def test_her_mentor_says_it_once(app: Flask, as_: Any, world: Any) -> None:
    bilal, address = as_("bilal"), f"/enrolments/{world.enrolment}/sign-off"
    assert address in bilal.page(f"/enrolments/{world.enrolment}")
    assert "Is Amina ready for paid work?" in bilal.page(address)
    assert bilal.post(address, data=WORD).status_code == 303
    assert bilal.post(address, data={"sentence": "Something else."}).status_code == 303
    assert said(app) == [WORD["sentence"]]
    page = bilal.page(address)
    assert WORD["sentence"] in page
    assert "Say: ready" not in page
    assert "Your mentor says you are ready." in as_("amina").page("/work/pool")


@pytest.mark.parametrize("sentence", ["", "  "])
def test_it_needs_a_sentence(sentence: str, app: Flask, as_: Any, world: Any) -> None:
    answer = as_("bilal").post(f"/enrolments/{world.enrolment}/sign-off", data={"sentence": sentence})
    assert answer.status_code == 422
    assert "Write a sentence. The person will read it." in answer.get_data(as_text=True)
    assert said(app) == []


def test_another_cohorts_mentor_does_not_find_her(app: Flask, as_: Any, world: Any) -> None:
    chen = as_("chen")
    assert chen.get(f"/enrolments/{world.enrolment}/sign-off").status_code == 404
    assert chen.post(f"/enrolments/{world.enrolment}/sign-off", data=WORD).status_code == 404
    assert said(app) == []


@pytest.mark.parametrize("name", ["amina", "dana", "efe", "fay"])
def test_nobody_but_mentors(name: str, app: Flask, as_: Any, world: Any) -> None:
    assert as_(name).post(f"/enrolments/{world.enrolment}/sign-off", data=WORD).status_code == 403
    assert said(app) == []


def test_a_mentor_who_also_learns_does_not_sign_off_herself(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).roles = frozenset({Role.TRAINEE, Role.MENTOR})
    assert as_("amina").post(f"/enrolments/{world.enrolment}/sign-off", data=WORD).status_code == 403
    assert said(app) == []
