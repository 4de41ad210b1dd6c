"""The two halves of the school, with a real row of every kind in each: whoever swaps an id gets 404, whoever has another role 403.

`tests/halves.py` holds every address of `access.txt` that names a row. A new one without a line there fails.
"""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.annotation import answering
from lms.catalogue import actions as catalogue
from lms.catalogue.models import CoursePicture, CourseVersion
from lms.cohorts.failed_imports import NothingIn, Why, remember
from lms.cohorts.models import Cohort, CohortCourse, Enrolment
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.core.files import Accepted, StoredFile, keep
from lms.credentials import signing
from lms.credentials.models import Credential, ShareLink
from lms.grading.models import SavedPhrase, Submission, SubmissionFile, VoiceNote
from lms.learning.feed import make_address
from lms.learning.models import QuizAttempt
from lms.ledger.models import Transfer
from lms.messages import actions as messages
from lms.payouts.models import PayoutBatch
from lms.people.models import User
from lms.pool.models import MemberState, News, PoolMember
from tests.annotation import rooms
from tests.client import Browser
from tests.courses import TINY
from tests.halves import LINES, TASK, Line
from tests.intake import rounds
from tests.payouts import scene
from tests.test_access import declared

PICTURE = b"\x89PNG\r\n\x1a\n"
MARK = "{}-only"


@pytest.fixture
def halves(app: Flask, world: SimpleNamespace) -> dict[str, SimpleNamespace]:
    """`here` is amina's half (bilal, efe), `there` hana's (chen, goran): what each has, by name."""
    with app.app_context(), transaction(write=True):
        return fill_halves(world)


def fill_halves(world: SimpleNamespace) -> dict[str, SimpleNamespace]:
    """A row of every kind in both halves, written into the open transaction."""
    version = catalogue.publish(TINY, by=None)
    db.session.add(CohortCourse(cohort_id=world.cohort, version_id=version.id, course_uid=version.uid, position=0))
    db.session.flush()
    batch = scene.sent(world)
    signing.make_ready()
    return {
        "here": _half(world, version, batch.id, "here", world.amina, world.bilal, world.cohort, world.enrolment),
        "there": _half(world, version, batch.id, "there", world.hana, world.chen, world.other_cohort, world.other_enrolment),
    }


def _half(
    world: SimpleNamespace, version: CourseVersion, batch: int, half: str, trainee: int, mentor: int, cohort: int, enrolment: int
) -> SimpleNamespace:
    her, place = scene.person(trainee), db.session.get_one(Enrolment, enrolment)
    project = rooms.make(world, slug=f"names-{half}", items=6, cohorts=(cohort,), rate=10)
    held, *_rest, sent = rooms.take(project, her)
    held.item.file = sent.item.file = _file(her, PICTURE, "image/png")
    answering.save_draft(held, by=her, payload=[{"label": "cat"}], version=0)
    answering.answer(sent, by=her, payload=[{"label": "dog"}], op=f"op-{half}")
    words = MARK.format(her.name.lower())
    handed = Submission(enrolment_id=enrolment, version_id=version.id, assignment_uid="tiny/rule", attempt=1, text=words)
    attempt = QuizAttempt(enrolment_id=enrolment, quiz_uid="tiny/labels-quiz", number=1, seed="5eed", version_id=version.id)
    credential = _credential(place, version, scene.person(mentor).name)
    # Weighed already: what people do in their half may have given her a place by now.
    member = db.session.get(PoolMember, trainee) or PoolMember(id=trainee, rule_version=0, values={}, weighed_at=clock.now())
    member.state = MemberState.INVITED
    phrase = SavedPhrase(mentor_id=mentor, text=words)
    news = News(title="Words", text="More words.", language="en", until=date(2026, 11, 20), made_by_id=world.dana)
    db.session.add_all([phrase, handed, attempt, credential, member, news])
    db.session.flush()
    link = ShareLink(credential_id=credential.id, name=True, pdf=True)
    db.session.add(link)
    db.session.add(VoiceNote(submission_id=handed.id, by_id=mentor, file=_file(scene.person(mentor), b"OggS", "audio/ogg"), seconds=3))
    db.session.add(SubmissionFile(submission_id=handed.id, position=0, file=_file(her, b"%PDF-1.4 hers", "application/pdf")))
    word = messages.ask(scene.person(mentor), by=her, text=MARK.format(her.name.lower()))
    applied = rounds.sent(rounds.make([cohort]), name=MARK.format(her.name.lower()))
    failed = remember(NothingIn(Why.EMPTY), db.session.get_one(Cohort, cohort), by=scene.person(world.dana))
    line = scene.line_of(db.session.get_one(PayoutBatch, batch), trainee)
    return SimpleNamespace(
        task=held.id, review=sent.id, slug=project.slug, submission=handed.id, attempt=attempt.id, credential=credential.id,
        line=line.number, phrase=phrase.id, code=credential.printed, cohort=cohort, enrolment=enrolment, member=trainee, batch=batch,
        application=applied.id, round=applied.round_id, next_time=rounds.waiting(f"{her.name.lower()}@next.example"),
        news=news.id, thread=word.thread_id, mentor=mentor, failed=failed.id, token=make_address(her), link=_token(link),
        partner=line.partner_id or world.there, programme=world.programme, grant=_grant(project.slug),
        picture=db.session.scalars(select(CoursePicture.sha256)).first(),
    )  # fmt: skip


def _grant(slug: str) -> int:
    """The money that a project's work is paid with."""
    return db.session.scalars(select(Transfer.id).where(Transfer.key == f"grant:{slug}")).one()


def _token(link: ShareLink) -> str:
    db.session.flush()
    return link.token


def _file(owner: User, content: bytes, kind: str) -> StoredFile:
    file = keep(Accepted(content, kind, "hers"), owner=owner)
    db.session.add(file)
    return file


def _credential(place: Enrolment, version: CourseVersion, signer: str) -> Credential:
    return Credential(
        user_id=place.user_id, enrolment_id=place.id, course_uid=version.uid, version_id=version.id, title={"en": "Tiny"}, hours=1,
        lessons=2, tasks=1, skills=[], criteria=[], level="A2", issuer="Rukn", signer=signer, signer_role={"en": "Mentor"},
        issued_on=date(2026, 11, 20), status_list=1, status_index=place.id, latin_name=MARK.format(place.user.name.lower()), share_pdf=True,
        sheet=_file(place.user, b"%PDF-1.4", "application/pdf"),
    )  # fmt: skip


def address(rule: str, half: SimpleNamespace) -> str:
    """The rule with the ids of one half."""
    kind = {
        "applications": half.application, "rounds": half.round, "next-times": half.next_time,
        "certificates": half.credential, "cohorts": half.cohort, "enrolments": half.enrolment, "payouts": half.batch,
        "phrases": half.phrase, "pool": half.member, "partners": half.partner, "programmes": half.programme,
        "mentors": half.mentor, "messages": half.thread,
        "imports": half.failed, "reviews": half.review, "submissions": half.submission, "work": half.task,
    }.get(rule.split("/")[1])  # fmt: skip
    rest = {"slug": half.slug, "course": "tiny", "lesson": "rules" if rule.endswith("/task") else "labels", "attempt": half.attempt,
            "week": 1, "n": half.line if "lines" in rule else 1, "partner_id": half.partner, "position": 0, "code": half.code,
            "sha256": half.picture, "filename": "js/app.js", "number": 1, "grant": half.grant,
            "token": half.link if rule.startswith("/s/") else half.token}  # fmt: skip
    sent_task = f"{TASK}/feedback"
    values = {**rest, "id": half.review if rule == sent_task else half.news if rule.startswith("/pool/news/") else kind}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), rule)


def ask(client: Browser, line: Line, half: SimpleNamespace) -> Any:
    sent: dict[str, Any] = {"json": {"version": 0, "payload": []}} if line.method == "PUT" else {}
    answer = client.open(address(line.rule, half), method=line.method, **sent)
    answer.get_data()
    answer.close()
    return answer


def facts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Fact).where(Fact.kind != "person.signed_in")) or 0


def test_every_address_with_a_row_stands_in_the_table() -> None:
    named = {(method, rule) for method, rule, _roles in declared() if "<" in rule}
    assert named == {(line.method, line.rule) for line in LINES}
    assert len(LINES) == len(named)
    assert [line.rule for line in LINES if not line.others and not line.one_house] == []


def test_who_swaps_an_id_finds_nothing(app: Flask, halves: dict[str, SimpleNamespace], as_: Any) -> None:
    before, wrong = facts(app), []
    clients = {name: as_(name) for name in ("hana", "chen", "goran")}
    for line in LINES:
        for name in line.others:
            answer = ask(clients[name], line, halves["here"])
            if answer.status_code != 404 or b"amina-only" in answer.data or b"Amina" in answer.data:
                wrong.append((name, line.method, line.rule, answer.status_code))
    assert wrong == []
    assert facts(app) == before


def test_it_holds_the_other_way_round(app: Flask, halves: dict[str, SimpleNamespace], as_: Any) -> None:
    """The same from amina's half into hana's, where the table's other side exists."""
    other = {"hana": "amina", "chen": "bilal", "goran": "efe"}
    clients, wrong = {name: as_(name) for name in other.values()}, []
    for line in LINES:
        if line.rule.startswith("/learn") and "attempt" not in line.rule:
            continue  # the course is pinned to amina's cohort alone
        wrong += [
            (other[name], line.method, line.rule, answer.status_code)
            for name in line.others
            if (answer := ask(clients[other[name]], line, halves["there"])).status_code != 404
        ]
    assert wrong == []


def test_the_wrong_role_is_refused(app: Flask, halves: dict[str, SimpleNamespace], as_: Any) -> None:
    before, wrong = facts(app), []
    clients = {name: as_(name) for name in ("amina", "bilal", "efe", "dana", "fay")}
    for line in LINES:
        for name in line.roles:
            status = ask(clients[name], line, halves["here"]).status_code
            if status != 403:
                wrong.append((name, line.method, line.rule, status))
    assert wrong == []
    assert facts(app) == before


def test_the_rows_are_real(halves: dict[str, SimpleNamespace], as_: Any) -> None:
    """Whoever owns them reaches them: else a 404 above would prove nothing. Reading first, then what changes them."""
    clients, wrong = {name: as_(name) for name in {line.owner for line in LINES}}, []
    for line in sorted(LINES, key=lambda line: line.method != "GET"):
        status = ask(clients[line.owner], line, halves["here"]).status_code
        if status not in ({200, 302} if line.method == "GET" else {200, 302, 303, 409, 422}):
            wrong.append((line.owner, line.method, line.rule, status))
    assert wrong == []


def test_lists_hold_the_own_half_alone(halves: dict[str, SimpleNamespace], as_: Any) -> None:
    for name, path in (("chen", "/desk"), ("chen", "/reviews"), ("chen", "/cohorts"), ("goran", "/people"), ("goran", "/cohorts"),
                       ("goran", "/applications"),
                       ("hana", "/work"), ("hana", "/messages"), ("chen", "/messages"),
                       ("hana", "/certificates"), ("hana", "/today"), ("hana", "/learn")):  # fmt: skip
        page = as_(name).page(path)
        for foreign in ("Amina", "amina-only", "Beirut 1", "names-here", "Cedar House"):
            assert foreign not in page, f"{path} shows {foreign} to {name}"


def test_a_line_is_found_in_its_own_batch_alone(app: Flask, halves: dict[str, SimpleNamespace], as_: Any) -> None:
    fay = as_("fay")
    assert fay.get(f"/payouts/{halves['here'].batch}/lines/3").status_code == 404
    assert fay.post(f"/payouts/{halves['here'].batch + 1}/lines/1/payment", data={"reference": "R1", "witness": "W"}).status_code == 404
