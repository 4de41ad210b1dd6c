"""Handing in, claiming, releasing, returning. Each refuses first, then changes, then records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from lms.catalogue import rubrics
from lms.catalogue.courses import Assignment
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import STUDYING, Enrolment
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.files import Accepted, keep
from lms.core.i18n import _
from lms.grading import desk, queries
from lms.grading.models import ON_DESK, WAITING, Grade, State, Submission, SubmissionFile
from lms.people.models import User

LEASE = timedelta(minutes=30)


def hand_in(
    enrolment: Enrolment,
    version: CourseVersion,
    assignment: Assignment,
    *,
    attempt: int,
    by: User,
    text: str = "",
    link: str = "",
    files: Sequence[Accepted] = (),
    written_at: datetime | None = None,
) -> Submission:
    """Send one try. The same try again (a second tap) is the first one; a try out of turn is refused with what to do.

    Another answer to a try that is here already is refused too: taken in silence it would be lost.
    """
    if enrolment.user_id != by.id or enrolment.state not in STUDYING:
        raise Refused(_("You are not in this cohort now."))
    latest = queries.latest_submission(enrolment.id, assignment.uid)
    if latest is not None and attempt <= latest.attempt:
        answer = (text or None, link or None, [sha256(file.content).hexdigest() for file in files])
        if not _is_known(enrolment, assignment, attempt, answer):
            raise _another(latest)
        return latest
    if latest is not None and latest.state in WAITING:
        raise Refused(_("Your mentor has your answer. Wait for it to come back."))
    if latest is not None and latest.state is State.RELEASED:  # only what came back opens the next try
        raise Refused(_("This answer is checked already."))
    made = Submission(
        enrolment_id=enrolment.id,
        version_id=version.id,
        assignment_uid=assignment.uid,
        attempt=(latest.attempt if latest else 0) + 1,
        text=text or None,
        link=link or None,
        written_at=written_at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # the second tap arrived at the same moment
        return db.session.scalars(
            select(Submission).where(
                Submission.enrolment_id == enrolment.id, Submission.assignment_uid == assignment.uid, Submission.attempt == attempt
            )
        ).one()
    for position, accepted in enumerate(files):
        file = keep(accepted, owner=by)
        db.session.add(file)
        db.session.flush()
        db.session.add(SubmissionFile(submission_id=made.id, position=position, file_id=file.id))
    record(Kind.SUBMISSION_SENT, made, actor=by, enrolment=enrolment.id)
    return made


def _is_known(enrolment: Enrolment, assignment: Assignment, attempt: int, answer: tuple[str | None, str | None, list[str]]) -> bool:
    """Whether this try was handed in with just this text, link and files (by SHA-256)."""
    tries = select(Submission).where(Submission.enrolment_id == enrolment.id, Submission.assignment_uid == assignment.uid)
    sent = db.session.scalars(tries.where(Submission.attempt == attempt)).one_or_none()
    return sent is not None and answer == (sent.text, sent.link, [one.file.sha256 for one in queries.files_of(sent)])


def _another(latest: Submission) -> Refused:
    """Why another answer is not taken on a page that is older than the newest try, and what she can do."""
    if latest.state is State.RETURNED:
        return Refused(_("Your mentor gave it back.") + " " + _("Read the note, change your answer and send it again."))
    if latest.state is State.RELEASED:
        return Refused(_("This answer is checked already."))
    return Refused(_("Your mentor has another answer from you. Wait for it to come back."))


def claim(submission: Submission, *, by: User) -> None:
    """Take an answer to check: nobody else can until it is sent or half an hour has passed. Claiming again renews it."""
    now = clock.now()
    free = or_(
        Submission.state == State.SUBMITTED,
        and_(Submission.state == State.IN_MARKING, or_(Submission.claimed_by_id == by.id, Submission.lease_until < now)),
    )
    taken = (
        update(Submission)
        .where(Submission.id == submission.id, free)
        .values(state=State.IN_MARKING, claimed_by_id=by.id, lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
        .returning(Submission.id)
    )
    if db.session.execute(taken).one_or_none() is None:
        db.session.refresh(submission)
        if submission.state not in ON_DESK:
            raise Refused(_("This answer is checked already."))
        raise Refused(_("%(name)s is checking this now.", name=submission.claimed_by.name if submission.claimed_by else _("Somebody")))
    db.session.refresh(submission)
    record(Kind.SUBMISSION_CLAIMED, submission, actor=by)


def take_next(*, by: User) -> Submission | None:
    """Take the first answer that is free on this mentor's desk; None where none is. Who lost a race for it gets none."""
    following = db.session.scalars(desk.free_for(by).limit(1)).one_or_none()
    if following is None:
        return None
    try:
        claim(following, by=by)
    except Refused:
        return None
    return following


def release(submission: Submission, *, by: User, marks: Mapping[str, str], feedback: str) -> Grade:
    """Give the mark and show it to the trainee. The submission's row is locked by the caller."""
    grade = _mark(submission, by=by, marks=marks, feedback=feedback, returned=False)
    submission.state = State.RELEASED
    record(Kind.SUBMISSION_GRADED, submission, actor=by)
    record(Kind.SUBMISSION_RELEASED, submission, actor=by, enrolment=submission.enrolment_id, passed=grade.passed)
    return grade


def return_for_changes(submission: Submission, *, by: User, marks: Mapping[str, str], feedback: str) -> Grade:
    """Give it back with what to change: the next try is open and has no due date of the first."""
    grade = _mark(submission, by=by, marks=marks, feedback=feedback, returned=True)
    submission.state = State.RETURNED
    record(Kind.SUBMISSION_RETURNED, submission, actor=by, enrolment=submission.enrolment_id)
    return grade


def _mark(submission: Submission, *, by: User, marks: Mapping[str, str], feedback: str, returned: bool) -> Grade:
    check_mark(submission, by=by, marks=marks, feedback=feedback, returned=returned)
    grade = made_of(submission, by=by, marks=marks, feedback=feedback, returned=returned)
    db.session.add(grade)
    submission.lease_until = None
    return grade


def check_mark(submission: Submission, *, by: User, marks: Mapping[str, str], feedback: str, returned: bool) -> None:
    """Refuse what cannot be the mark of this answer now, or not from this mentor."""
    if returned and not feedback.strip():
        raise Refused(_("Write what to change, so that the person can do it."))
    if submission.state not in ON_DESK:
        raise Refused(_("This answer is checked already."))
    if submission.state != State.IN_MARKING or submission.claimed_by_id != by.id:
        raise Refused(_("Your time for this answer is over. It is back on the desk. Take it again."))
    try:
        rubrics.total(queries.task(submission).assignment.rubric, marks)
    except rubrics.RubricError as wrong:
        raise Refused(_("Choose a level in every row.")) from wrong


def made_of(submission: Submission, *, by: User, marks: Mapping[str, str], feedback: str, returned: bool) -> Grade:
    """The mark that these levels make, not yet added to the session."""
    assignment = queries.task(submission).assignment
    total = rubrics.total(assignment.rubric, marks)
    return Grade(
        submission_id=submission.id,
        by_id=by.id,
        marks=dict(marks),
        total=total,
        possible=assignment.points,
        passed=not returned and total * 100 >= assignment.pass_percent * assignment.points,
        returned=returned,
        feedback=feedback.strip(),
        at=clock.now(),
    )
