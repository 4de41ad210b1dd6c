"""A holder's share link: ticks and an end of its own, stopped at will, made by nobody else; the paper's code goes on answering."""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.credentials.actions import _months_after
from lms.credentials.models import ShareLink
from tests.credentials.certified import certify, change, credentials
from tests.eight import at_once, eight_browsers

NAME = "Amina Haddad"


@pytest.fixture
def id(app: Flask) -> int:
    id = certify(app)[0]
    change(app, id, latin_name=NAME)
    return id


def links(app: Flask) -> list[ShareLink]:
    with app.app_context():
        return list(db.session.scalars(select(ShareLink).order_by(ShareLink.id)))


def make(as_: Any, app: Flask, id: int, **ticks: str) -> str:
    """Her link's address."""
    assert as_("amina").post(f"/certificates/{id}/link", data={"months": "1", **ticks}).status_code == 303
    return f"/s/{links(app)[-1].token}"


def test_a_link_shows_what_she_ticked_and_nothing_more(id: int, app: Flask, as_: Any, stranger: Any) -> None:
    assert "Private" in as_("amina").page("/certificates")
    plain = stranger.page(make(as_, app, id))
    assert "This certificate is real" in plain
    assert NAME not in plain
    named = make(as_, app, id, shows_name="y", has_pdf="y")
    assert NAME in stranger.page(named)
    assert stranger.get(f"{named}.pdf").mimetype == "application/pdf"
    assert NAME not in stranger.page(f"/v/{credentials(app)[0].printed}")
    assert stranger.get(f"/v/{credentials(app)[0].printed}.pdf").status_code == 404
    assert "Link works until" in as_("amina").page("/certificates")
    page = as_("amina").page(f"/certificates/{id}")
    assert "https://wa.me/?text=" in page
    assert "linkedin.com/profile/add?" in page


def test_a_preview_names_nobody_and_the_page_is_light(id: int, app: Flask, as_: Any, stranger: Any) -> None:
    answer = stranger.get(make(as_, app, id, shows_name="y"))
    text = answer.get_data(as_text=True)
    head = text.partition("</head>")[0]
    assert 'property="og:image" content="http://localhost/static/icons/certificate.png' in head
    assert NAME not in head
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert len(zlib.compress(text.encode(), 1)) <= 10_000


def test_it_ends_on_its_day_and_when_she_stops_it(id: int, app: Flask, as_: Any, stranger: Any) -> None:
    first = make(as_, app, id, shows_name="y", has_pdf="y")
    with app.app_context(), transaction(write=True):
        db.session.get_one(ShareLink, links(app)[-1].id).ends_on = clock.now().date() - timedelta(days=1)
    ended = stranger.page(first)
    assert "The person has stopped sharing it" in ended
    assert NAME not in ended
    assert "og:image" not in ended
    assert stranger.get(f"{first}.pdf").status_code == 404
    assert "Your last link has ended." in as_("amina").page(f"/certificates/{id}")
    second = make(as_, app, id)
    assert as_("amina").post(f"/certificates/{id}/link/stop").status_code == 303
    assert as_("amina").post(f"/certificates/{id}/link/stop").status_code == 303
    for address in (first, second):
        assert "The person has stopped sharing it" in stranger.page(address)
    assert "This certificate is real" in stranger.page(f"/v/{credentials(app)[0].printed}")


def test_a_second_tap_makes_no_second_link(id: int, app: Flask, as_: Any) -> None:
    assert make(as_, app, id) == make(as_, app, id)
    assert len(links(app)) == 1


def test_what_was_taken_back_is_told_through_the_link_too(id: int, app: Flask, as_: Any, stranger: Any) -> None:
    address = make(as_, app, id, shows_name="y")
    as_("dana").post(f"/certificates/{id}/revocation", data={"reason": "Given by mistake."})
    told = stranger.page(address)
    assert "Given by mistake." in told
    assert NAME not in told
    as_("amina").post(f"/certificates/{id}/link", data={"months": "none"})
    assert len(links(app)) == 1


@pytest.mark.parametrize(("change_of_it", "data"), [("revocation", {"reason": "Given by mistake."}), ("correction", {})])
def test_an_ended_link_tells_not_even_what_became_of_it(
    id: int, app: Flask, as_: Any, stranger: Any, change_of_it: str, data: dict[str, str]
) -> None:
    address = make(as_, app, id)
    as_("amina").post(f"/certificates/{id}/link/stop")
    assert as_("dana").post(f"/certificates/{id}/{change_of_it}", data=data).status_code == 303
    told = stranger.page(address)
    assert "The person has stopped sharing it" in told
    assert "Given by mistake." not in told
    assert not any(one.printed in told for one in credentials(app))


def test_who_came_by_the_link_compares_the_name_on_its_page(app: Flask, as_: Any, stranger: Any) -> None:
    """Also where she closed the page of the code: the link has ticks of its own. Another certificate's link opens nothing."""
    id, other = certify(app, "annotation-basics", "data-analysis")
    code = credentials(app)[0].printed
    page, token = stranger.page(make(as_, app, id)), links(app)[-1].token
    as_("amina").post(f"/certificates/{id}/sharing", data={})
    assert f'name="link" value="{token}"' in page

    def compare(link: str) -> str:
        return str(stranger.post(f"/v/{code}/match", data={"name": "Amina", "link": link}).get_data(as_text=True))

    assert "<b>Match.</b>" in compare(token)
    for foreign in (make(as_, app, other).removeprefix("/s/"), "", "no-such-link"):
        assert "The person has stopped sharing it" in compare(foreign)
    as_("amina").post(f"/certificates/{id}/link/stop")
    assert "The person has stopped sharing it" in compare(token)


def test_nobody_else_makes_or_stops_it(id: int, app: Flask, as_: Any, stranger: Any) -> None:
    address = make(as_, app, id)
    for path in (f"/certificates/{id}/link", f"/certificates/{id}/link/stop"):
        assert as_("hana").post(path, data={"months": "1"}).status_code == 404
        assert as_("bilal").post(path, data={"months": "1"}).status_code == 403
    assert "This certificate is real" in stranger.page(address)
    assert stranger.page("/s/nothing-like-this", status=404)
    assert as_("amina").post(f"/certificates/{id}/link", data={"months": "99"}).status_code == 400


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [("2026-11-22", 1, "2026-12-22"), ("2026-12-22", 1, "2027-01-22"), ("2027-01-31", 1, "2027-02-28"), ("2027-11-30", 3, "2028-02-29")],
)
def test_a_month_ends_where_the_calendar_says(day: str, months: int, end: str) -> None:
    assert _months_after(date.fromisoformat(day), months) == date.fromisoformat(end)


def test_eight_who_make_a_link_at_once_leave_one_that_works(either_school: Flask) -> None:
    """Two wishes, four times each: every link but the last was stopped, and each that was made is a fact."""
    app, (id,) = either_school, certify(either_school)
    amina = eight_browsers(app, "amina")

    def wish(n: int) -> int:
        return amina[n].post(f"/certificates/{id}/link", data={"months": "1", **({"shows_name": "y"} if n % 2 else {})}).status_code

    assert at_once(wish, range(8)) == [303] * 8
    made = links(app)
    assert [link.stopped_at is None for link in made] == [False] * (len(made) - 1) + [True]
    assert all(one.name != other.name for one, other in pairwise(made)), "the same wish again gives the link that stands"
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == Kind.CREDENTIAL_SHARED)) == len(made)
