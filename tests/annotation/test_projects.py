"""Projects as staff keep them: made, filled, opened when everything is there, priced upward only."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lms.annotation import exporting, queries, schemas, wording
from lms.annotation.models import Dataset, Gold, Guideline, Item, Project, ProjectState
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.core.i18n import force_locale
from lms.ledger import actions as ledger
from tests.annotation.rooms import make, person, usd
from tests.client import Browser
from tests.eight import at_once, eight_browsers

FORM = {
    "name": "Short texts", "slug": "short-texts", "kind": "choice", "phase": "mock", "labels": "yes\nno", "currency": "USD", "rate": "0.12",
    "est_seconds": "60", "fund": "GRANT-A", "budget": "1.50", "overlap": "1", "block": "5", "gold_needed": "2", "content_risk": "none",
}  # fmt: skip
ROWS = "item,text,label\n1,Good tea.,yes\n2,Cold tea.,no\n3,Tea?,\n"


def found(app: Flask, slug: str) -> Project:
    with app.app_context():
        project = queries.project_of(slug)
        assert project is not None
        return project


def upload(browser: Any, slug: str, *files: tuple[bytes, str]) -> Any:
    data = {"files": [(io.BytesIO(content), name) for content, name in files]}
    return browser.post(f"/projects/{slug}/datasets", data=data, content_type="multipart/form-data")


def test_from_nothing_to_open(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    dana.page("/projects/new")
    made = dana.post("/projects", data=FORM | {"cohorts": str(world.cohort)})
    assert (made.status_code, made.location) == (303, "/projects/short-texts")
    page = dana.page("/projects/short-texts")
    assert "Bring in a data set" in page
    assert "Write a guideline" in page
    assert upload(dana, "short-texts", (ROWS.encode(), "texts.csv")).status_code == 303
    brought = dana.page("/projects/short-texts")
    assert "3 items are in" in brought
    assert "known shapes or labels, Table (CSV), " in brought
    assert dana.post("/projects/short-texts/guidelines", data={"en": "Say **yes** or no.", "ar": "قل نعم أو لا."}).status_code == 303
    assert "Say **yes** or no.</textarea>" in dana.page("/projects/short-texts"), "what is read now stands in the field"
    refused = dana.post("/projects/short-texts/opening", headers={"Referer": "http://localhost/projects/short-texts"})
    assert refused.status_code == 303
    assert "The fund holds less" in dana.page("/projects/short-texts")
    with app.app_context(), transaction(write=True):
        ledger.grant(key="grant:1", fund="GRANT-A", amount=usd(100_00), by=person(world.dana))
    dana.post("/projects/short-texts/opening")
    assert found(app, "short-texts").state is ProjectState.OPEN
    assert "Short texts" in as_("amina").page("/work")
    assert "Short texts" not in as_("hana").page("/work")


def test_budget_gold_and_price_are_checked(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        make(world, items=10, rate=10, budget=129, open_=False)
    dana = as_("dana")
    dana.post("/projects/names/opening", headers={"Referer": "http://localhost/projects/names"})
    assert "Budget: 1.29 USD of 1.30 USD." in dana.page("/projects/names")
    assert dana.post("/projects/names/rate", data={"budget": "١٫٣٠"}).status_code == 303
    dana.post("/projects/names/opening")
    assert found(app, "names").state is ProjectState.OPEN
    low = dana.post("/projects/names/rate", data={"rate": "0.05"})
    assert low.status_code == 422
    assert "can only rise" in low.get_data(as_text=True)
    late = upload(dana, "names", (b"item,text,label\nlate,Tea.,cat\n", "more.csv"))
    assert late.status_code == 422
    assert "Pause the project first" in late.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(func.count(Dataset.id))) == 1  # an open project takes no data
    dana.post("/projects/names/pause")
    assert found(app, "names").state is ProjectState.PAUSED
    dana.post("/projects/names/closing")
    assert found(app, "names").state is ProjectState.CLOSED


def test_one_bad_line_and_nothing_is_written(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    dana.post("/projects", data=FORM)
    bad = upload(dana, "short-texts", ((ROWS + "4,Old tea.,perhaps\n").encode(), "texts.csv"))
    assert bad.status_code == 422
    assert "texts.csv:5: the project has no label perhaps" in bad.get_data(as_text=True)
    told = dana.page("/cohorts").split("What did not come in")[1]
    assert "Data for <bdi>Short texts</bdi>" in told
    assert "1 line is wrong. Nothing was written." in told
    assert "perhaps" not in told, "no word of the file"
    with app.app_context():
        assert db.session.scalar(select(func.count(Item.id))) == 0
    upload(dana, "short-texts", (ROWS.encode(), "texts.csv"))
    assert "What did not come in" not in dana.page("/cohorts"), "it came in after all"
    upload(dana, "short-texts", (ROWS.encode(), "again.csv"))
    assert "This data is here already" in dana.page("/projects/short-texts")
    with app.app_context():
        assert db.session.scalar(select(func.count(Item.id))) == 3
        assert db.session.scalar(select(func.count(Gold.item_id))) == 2


def test_an_archive_that_leads_outside_is_refused(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    dana.post("/projects", data=FORM)
    for name in ("../../evil.csv", "/etc/evil.csv"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(name, ROWS)
        answer = upload(dana, "short-texts", (made.getvalue(), "data.zip"))
        assert answer.status_code == 422
        assert "leads outside" in answer.get_data(as_text=True)
    cut = upload(dana, "short-texts", (made.getvalue()[:-40] + made.getvalue()[-22:], "data.zip"))
    assert cut.status_code == 422
    good = io.BytesIO()
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("texts.csv", ROWS)
    assert upload(dana, "short-texts", (good.getvalue(), "data.zip")).status_code == 303


def test_only_staff_come_in(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        make(world)
    for name in ("amina", "bilal", "efe", "fay"):
        browser = as_(name)
        browser.page("/projects", 403)
        browser.page("/projects/names", 403)
        for change in ("datasets", "guidelines", "rate", "opening", "pause", "closing"):
            assert browser.post(f"/projects/names/{change}", data={}).status_code == 403
    as_("dana").page("/projects/no-such", 404)


def test_what_contradicts_itself_is_said_and_nothing_typed_is_lost(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    for change, sentence in (
        ({"slug": "Short Texts"}, "Use small letters"),
        ({"slug": "new"}, "Use small letters"),
        ({"slug": "pool"}, "Use small letters"),
        ({"labels": "yes\nyes"}, "no label twice"),
        ({"labels": "caf\u00e9\ncafe\u0301"}, "no label twice"),
        ({"kind": "ordinal"}, "Labels of a scale are numbers"),
        ({"rate": "cheap"}, "as numbers"),
        ({"rate": "0.123"}, "as numbers"),
        ({"fund": "GRANT A:1"}, "letters, digits and hyphens"),
        ({"fund": "GRANT-A:1"}, "letters, digits and hyphens"),  # two parts of a code: its pay would be counted as GRANT-A's
    ):
        answer = dana.post("/projects", data=FORM | change)
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)
        assert 'value="Short texts"' in answer.get_data(as_text=True)
    dana.post("/projects", data=FORM)
    other = dana.post("/projects", data=FORM | {"name": "Other texts"}).get_data(as_text=True)
    assert "Another project has the address" in other
    assert 'id="slug-e"' in other


def test_a_second_tap_makes_one_project_and_one_guideline(app: Flask, as_: Any) -> None:
    dana = as_("dana")
    for _tap in range(2):
        assert dana.post("/projects", data=FORM).status_code == 303
        assert dana.post("/projects/short-texts/guidelines", data={"en": "Say **yes** or no.\r\n"}).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Guideline.version)).all() == [1]
        kinds = select(Fact.kind).where(Fact.kind.in_(["project.made", "guideline.written"])).order_by(Fact.id)
        assert db.session.scalars(kinds).all() == ["project.made", "guideline.written"]
    assert dana.post("/projects/short-texts/guidelines", data={"en": "Say yes."}).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Guideline.version).order_by(Guideline.id)).all() == [1, 2]
    empty = dana.post("/projects/short-texts/guidelines", data={"en": " "})
    assert empty.status_code == 422
    assert 'id="en-e"' in empty.get_data(as_text=True)


def test_an_archive_whose_bytes_are_damaged_is_refused(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    dana.post("/projects", data=FORM)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("texts.csv", "".join(f"{n},{n * 7919}\n" for n in range(500)))
    damaged = made.getvalue()[:60] + b"\xff" * 30 + made.getvalue()[90:]
    answer = upload(dana, "short-texts", (damaged, "data.zip"))
    assert answer.status_code == 422
    assert "Make the archive again" in answer.get_data(as_text=True)


def test_the_same_project_for_another_cohort_is_not_the_same(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """She would be told that it was made as she said it."""
    dana = as_("dana")
    assert dana.post("/projects", data=FORM).status_code == 303
    answer = dana.post("/projects", data=FORM | {"cohorts": str(world.cohort)})
    assert (answer.status_code, "Another project has the address short-texts." in answer.get_data(as_text=True)) == (422, True)


def test_eight_taps_at_once_make_one_project(either_school: Flask) -> None:
    data = FORM | {"cohorts": str(either_school.extensions["world"].cohort)}
    answers = at_once(partial(Browser.post, path="/projects", data=data), eight_browsers(either_school, "dana"))
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/projects/short-texts")}
    with either_school.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "project.made")) == 1


def test_work_that_no_fund_pays_stays_unpaid(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """Its first accepted answer could not be posted: the person would have sent it for nothing."""
    dana = as_("dana")
    dana.post("/projects", data=FORM | {"rate": "0", "budget": "0", "fund": ""})
    answer = dana.post("/projects/short-texts/rate", data={"rate": "0.12"})
    assert answer.status_code == 422
    assert "Name the fund that pays" in answer.get_data(as_text=True)
    assert found(app, "short-texts").rate_minor == 0


def test_a_format_and_what_was_left_out_are_said_in_words(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """Whatever the reader can recognise has its words; no code of a program stands on the page."""
    with app.test_request_context():
        forms = [*exporting.WRITERS, "voc"]
        assert "Another format" not in {wording.form(one) for one in forms}
        assert [one for one in schemas.REASONS if wording.left_out(one) == "it cannot be read"] == ["malformed"]
    dana = as_("dana")
    dana.post("/projects", data=FORM | {"cohorts": str(world.cohort)})
    with app.app_context(), transaction(write=True):
        left = [{"item": "cell-7", "shape": "3", "label": "RBC", "reason": "no_area"}]
        id = db.session.scalars(select(Project.id).where(Project.slug == "short-texts")).one()
        about = {"labels": [], "quarantined": left, "warnings": []}
        db.session.add(Dataset(project_id=id, name="a.zip", format="voc", sha256="0", items=1, gold=1, **about))
    for lang, words in (("en", ("Pascal VOC boxes", "no width or no height")), ("ar", ("مربّعات Pascal VOC", "بلا عرض أو بلا ارتفاع"))):
        dana.post("/language", data={"lang": lang})
        page = dana.page("/projects/short-texts")
        assert [word in page for word in words] == [True, True]
        assert "no_area" not in page


def test_what_is_missing_and_wrong_is_counted_in_the_digits_of_the_page(app: Flask, world: SimpleNamespace) -> None:
    with app.test_request_context(), transaction(write=True):
        project = make(world, open_=False)
        project.gold_needed = 20
        with force_locale("ar_SY"):
            assert [said for _met, said in queries.opening_checks(project) if "٠ من ٢٠" in said]
            assert "١٢" in wording.objection("12", "no_area")
            assert "made-up-12" in wording.objection("made-up-12", "no_area")
