"""Who chose 123 reads no other digits, whoever wrote them: what counts, or a sentence that names a number itself."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from lms.core import catalogues, fmt
from lms.core.db import db, transaction
from lms.core.i18n import _, force_locale, ngettext
from lms.core.reading import Reading, read_as
from lms.people.models import User
from tests.test_arabic_pages import READERS, Words, in_arabic, pages_of

ARABIC = re.compile("[٠-٩۰-۹]")


@pytest.mark.parametrize("role", READERS)
def test_no_page_of_a_reader_of_123_has_other_digits(app: Flask, world: SimpleNamespace, as_: Any, role: str) -> None:
    with app.app_context(), transaction(write=True):
        db.session.execute(update(User).values(latin_digits=True))
    client, found, seen = in_arabic(as_(READERS[role])), {}, 0
    for url in [*pages_of(app, role), "/help"]:
        answer = client.get(url)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            seen += 1
            found[url] = [said.strip() for said in Words(answer.get_data(as_text=True)).found if ARABIC.search(said) and said != "١٢٣"]
    assert seen > 2
    assert {url: said for url, said in found.items() if said} == {}


def test_a_page_that_two_read_has_the_digits_of_each(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """Its sentences are put in their places once for each: whoever comes first must not choose for the other."""
    with app.app_context(), transaction(write=True):
        db.session.execute(update(User).where(User.id == world.amina).values(latin_digits=True))
    amina, hana = in_arabic(as_("amina")), in_arabic(as_("hana"))
    for _again in range(2):
        assert ("٦ أرقام" in hana.page("/help"), "6 أرقام" in hana.page("/help")) == (True, False)
        assert ("٦ أرقام" in amina.page("/help"), "6 أرقام" in amina.page("/help")) == (False, True)


def test_every_sentence_of_the_catalogue_follows_its_reader(app: Flask) -> None:
    known = [message for message in catalogues.load("ar") if message.id and any(map(ARABIC.search, forms(message.string)))]
    assert len(known) > 20
    with app.test_request_context(), force_locale("ar"):
        for latin in (False, True, False):
            with read_as(Reading(latin_digits=latin)), force_locale("ar_SY"):
                for message in known:
                    one = message.id if isinstance(message.id, str) else message.id[0]
                    told = _(one) if isinstance(message.id, str) else ngettext(*message.id, 3, n="")
                    assert bool(ARABIC.search(told)) is not latin, one
                assert fmt.num(7) == ("7" if latin else "٧")


def forms(told: Any) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)
