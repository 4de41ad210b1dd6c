"""A mark on its way to the trainee: for ten seconds its mentor can take it back, and nobody else has heard of it.

The mark waits in `held_mark`; there is no grade, no fact of a release and no reaction before its time. A job lets it go, the mentor's
next act does so too, and who reads the answer after its time reads the mark even where no worker runs. To undo and to let go both lock
the submission's row, so exactly one of them happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core import clock, jobs
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.files import keep
from lms.core.i18n import _
from lms.core.sounds import Sound
from lms.grading import actions, queries
from lms.grading.models import Grade, HeldMark, State, Submission, VoiceNote
from lms.people.models import User

REGRET = timedelta(seconds=10)
JOB = "grading.send_mark"


def send(
    submission: Submission,
    *,
    by: User,
    marks: Mapping[str, str],
    feedback: str,
    returned: bool,
    voice: Sound | None = None,
    keep_voice: bool = False,
) -> HeldMark:
    """Send a mark in ten seconds. The submission's row is locked by the caller. Raises Refused as the release itself would.

    `keep_voice`: the voice note of a mark that was undone goes with it again, where no new one takes its place.
    """
    actions.check_mark(submission, by=by, marks=marks, feedback=feedback, returned=returned)
    send_at = clock.now() + REGRET
    held = db.session.get(HeldMark, submission.id) or HeldMark(submission_id=submission.id)
    held.by_id, held.marks, held.feedback, held.returned, held.send_at = by.id, dict(marks), feedback, returned, send_at
    db.session.add(held)
    _say(submission, by, voice, keep_voice)
    submission.state, submission.lease_until = State.SENDING, None
    record(Kind.SUBMISSION_MARKED, submission, actor=by)
    payload = {"submission": submission.id, "send_at": send_at.isoformat()}
    jobs.enqueue(JOB, payload, key=f"{JOB}:{submission.id}:{send_at.isoformat()}", delay=REGRET.total_seconds())
    return held


def _say(submission: Submission, by: User, voice: Sound | None, keep_voice: bool) -> None:
    note = db.session.get(VoiceNote, submission.id)
    if voice is not None:
        file = keep(voice.accepted, owner=by)
        note = note or VoiceNote(submission_id=submission.id)
        note.by_id, note.file, note.seconds = by.id, file, voice.seconds
        db.session.add_all([file, note])
    elif note is not None and not (keep_voice and note.by_id == by.id):
        db.session.delete(note)


def undo(submission: Submission, *, by: User) -> None:
    """Take a mark back before it has gone: the answer is in this mentor's hands again, with all that was typed. Locked by the caller."""
    held = db.session.get(HeldMark, submission.id, populate_existing=True)
    if submission.state != State.SENDING or held is None or held.by_id != by.id or _is_due(held):
        raise Refused(_("The mark has gone out. It cannot be undone now."))
    held.send_at = None
    submission.state, submission.lease_until = State.IN_MARKING, clock.now() + actions.LEASE
    record(Kind.SUBMISSION_UNDONE, submission, actor=by)


def send_held(payload: dict[str, Any]) -> None:
    """The job: let a mark go, unless it was taken back or is another one by now. That its time has come, the job's own delay says."""
    submission = locked(payload["submission"])
    held = db.session.get(HeldMark, payload["submission"], populate_existing=True)
    if submission and held and held.send_at == datetime.fromisoformat(payload["send_at"]):
        _let_go(submission, held)


def send_due(*, by: User) -> None:
    """Let go what this mentor sent and whose time has come: their next act does it where no worker did."""
    due = select(HeldMark.submission_id).where(HeldMark.by_id == by.id, HeldMark.send_at <= clock.now())
    for id in db.session.scalars(due.order_by(HeldMark.submission_id)).all():
        finish(id)


def finish(id: int) -> None:
    """Let the mark of this submission go if its time has come."""
    submission = locked(id)
    held = db.session.get(HeldMark, id, populate_existing=True)
    if submission and held and _is_due(held):
        _let_go(submission, held)


def _let_go(submission: Submission, held: HeldMark) -> None:
    if submission.state != State.SENDING:
        return
    submission.state = State.IN_MARKING
    act = actions.return_for_changes if held.returned else actions.release
    act(submission, by=held.by, marks=held.marks, feedback=held.feedback)
    db.session.delete(held)


def locked(id: int) -> Submission | None:
    """The submission FOR UPDATE, read anew."""
    found = select(Submission).where(Submission.id == id).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none()


def _is_due(held: HeldMark) -> bool:
    return held.send_at is not None and held.send_at <= clock.now()


def can_be_undone(mentor: User) -> HeldMark | None:
    """The last mark that this mentor sent and can still take back."""
    found = select(HeldMark).where(HeldMark.by_id == mentor.id, HeldMark.send_at > clock.now()).order_by(HeldMark.send_at.desc()).limit(1)
    return db.session.scalars(found.options(joinedload(HeldMark.submission))).one_or_none()


def taken_back(submission: Submission, by: User) -> HeldMark | None:
    """What this mentor had typed of a mark that was undone."""
    held = db.session.get(HeldMark, submission.id) if submission.state == State.IN_MARKING else None
    return held if held is not None and held.by_id == by.id else None


def mark_of(submission: Submission, *, early: bool = False) -> Grade | None:
    """The mark of a submission as it can be read now; `early`: also one that is still on its way, for the eyes of mentors."""
    if submission.state != State.SENDING:
        return queries.grade_of(submission)
    held = db.session.get(HeldMark, submission.id)
    if held is None or not (early or _is_due(held)):
        return None
    grade = actions.made_of(submission, by=held.by, marks=held.marks, feedback=held.feedback, returned=held.returned)
    grade.by = held.by
    return grade


def voice_of(submission: Submission, *, early: bool = False) -> VoiceNote | None:
    """The voice note of a mark, for whoever can read the mark now; `early`: as in `mark_of`."""
    note = db.session.get(VoiceNote, submission.id)
    return note if note is not None and (early or mark_of(submission) is not None) else None


def came_back(submission: Submission) -> bool:
    """Whether the trainee may change this answer and send it again, as of now."""
    mark = mark_of(submission) if submission.state == State.SENDING else None
    return submission.state == State.RETURNED or (mark is not None and mark.returned)
