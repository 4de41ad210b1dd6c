"""The script of an own phone is kept for many: it bears the digits that its address names, whoever asks for it first."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from lms.core.db import db, transaction
from lms.people.models import User

ADDRESS = re.compile(r'src="(/phone\.js[^"]+)"')


def script_of(person: Any, address: str) -> str:
    found = ADDRESS.search(person.page(address))
    assert found is not None
    return str(person.get(found[1].replace("&amp;", "&")).text)


def test_each_reader_gets_her_own_digits(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        for name, latin in ((world.amina, True), (world.hana, False)):
            person = db.session.get_one(User, name)
            person.language, person.latin_digits = "ar", latin
    latin, own = script_of(as_("amina"), "/today"), script_of(as_("hana"), "/today")
    assert '"digits":"0123456789"' in latin
    assert '"digits":"٠١٢٣٤٥٦٧٨٩"' in own


def test_an_address_that_no_page_names_leads_nowhere(stranger: Any) -> None:
    assert stranger.get("/phone.js?lang=ar&digits=roman").status_code == 404
    assert stranger.get("/phone.js?lang=ar&digits=latn").status_code == 200
