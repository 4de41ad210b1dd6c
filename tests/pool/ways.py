"""What the tests of the pool start from: amina, who meets a rule made small enough for a test, by real work."""

from __future__ import annotations

from flask import Flask

from lms.annotation import answering
from lms.cohorts.models import Enrolment
from lms.core.db import db, transaction
from lms.payouts import actions as payouts
from lms.payouts.models import Channel
from lms.people.models import User
from lms.pool import actions
from lms.pool.models import PoolMember
from tests.annotation import rooms
from tests.credentials.certified import certify, credentials

ITEMS = 5  # all of them gold and all right: the lower bound is 0.57


def small_rule(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        dana = db.session.get_one(User, app.extensions["world"].dana)
        actions.set_rules(course="annotation-basics", lower_bound=0.5, items=ITEMS, reason="A small school.", by=dana)


def practise(app: Flask, *, right: bool = True) -> None:
    """amina answers five items whose answer is known."""
    world = app.extensions["world"]
    given = [{"label": "cat"}]
    with app.app_context(), transaction(write=True):
        amina = db.session.get_one(User, world.amina)
        project = rooms.make(world, items=ITEMS, gold=dict.fromkeys(range(ITEMS), given))
        for n, task in enumerate(rooms.take(project, amina)):
            answering.answer(task, by=amina, payload=given if right else [{"label": "dog"}], op=f"op-{n}")


def say_how_to_pay(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        amina = db.session.get_one(User, app.extensions["world"].amina)
        payouts.set_method(amina, by=amina, channel=Channel.CASH, payee_name="Amina")


def sign_off(app: Flask) -> None:
    world = app.extensions["world"]
    with app.app_context(), transaction(write=True):
        place, bilal = db.session.get_one(Enrolment, world.enrolment), db.session.get_one(User, world.bilal)
        actions.sign_off(place, by=bilal, sentence="Careful with every box.")


def meet_the_rule(app: Flask) -> None:
    """Everything but the consent. Facts and jobs run at once in tests, so she is eligible afterwards."""
    small_rule(app)
    if not credentials(app):
        certify(app)
    practise(app)
    say_how_to_pay(app)
    sign_off(app)


def place(app: Flask) -> PoolMember | None:
    with app.app_context():
        return db.session.get(PoolMember, app.extensions["world"].amina)
