"""Pasted lists as old machines and hostile hands write them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from lms.cohorts import pasting


def test_any_end_of_line_ends_a_line(app: Any) -> None:
    for end in ("\r", "\n", "\r\n"):
        assert [row.name for row in pasting.read(f"Salma{end}Noor, noor@x.org{end}")] == ["Salma", "Noor"]


def test_an_email_that_no_column_holds_is_told(app: Any, world: SimpleNamespace, as_: Any) -> None:
    text = f"Salma, salma@{'x' * 300}.org"
    assert as_("dana").post(f"/cohorts/{world.cohort}/people", data={"people": text}).status_code == 422
    assert "This is not an email address" in str(pasting.read(text)[0].problems)


def test_a_list_with_bare_returns_opens_the_preview(world: SimpleNamespace, as_: Any) -> None:
    assert as_("dana").post(f"/cohorts/{world.cohort}/people/preview", data={"people": "Salma\rNoor"}).status_code == 200


def test_a_quotation_mark_that_nobody_closed_takes_nobody_along(app: Any) -> None:
    first, second = pasting.read('Maryam "Umm Ali" Saad\n"Salma\nNoor\nRana')
    assert first.ready
    assert "This name stands on several lines." in str(second.problems)
