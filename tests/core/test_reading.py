"""To read is never to write: the database itself refuses, whatever its connection did before."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from lms.core.db import db, transaction
from lms.people.models import User


def test_a_reading_transaction_refuses_to_write_after_a_writing_one_too(either_school: Flask) -> None:
    change = update(User).values(zone="Asia/Beirut")
    with either_school.app_context():
        for write in (False, True, False, False, True, True, False):
            with transaction(write=write):
                if write:
                    db.session.execute(change)
                else:
                    with pytest.raises(DBAPIError):
                        db.session.execute(change)


@pytest.mark.parametrize("either_school", ["sqlite"], indirect=True)
def test_to_read_again_prepares_nothing_anew(either_school: Flask) -> None:
    """SQLite throws its prepared statements away when it is told again that it may not write."""
    told: list[str] = []
    with either_school.app_context():
        with transaction(write=False):
            driver = db.session.connection().connection.driver_connection
            assert driver is not None
            driver.set_trace_callback(told.append)
        for _again in range(3):
            with transaction(write=False):
                db.session.scalars(select(User.id).limit(1)).all()
        driver.set_trace_callback(None)
    assert sum(sent.startswith("SELECT") for sent in told) == 3
    assert not [sent for sent in told if "query_only" in sent]
