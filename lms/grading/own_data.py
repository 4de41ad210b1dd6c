"""What this room holds about one person, for her to take: what she handed in, what was said of it, the phrases she saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Enrolment
from lms.core import fmt
from lms.core.db import db
from lms.core.files import StoredFile
from lms.core.i18n import _, language
from lms.core.own_data import Row, Said, Share
from lms.grading.models import WAITING, Grade, SavedPhrase, State, Submission, SubmissionFile, VoiceNote
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """Her tries with their files and marks. A mark that is still on its way is not hers to read yet."""
    labels = {
        "task": _("Task"), "attempt": _("Try"), "text": _("Your answer"), "link": _("Link to your work"), "files": _("Files"),
        "submitted_at": _("Sent"), "state": _("State"), "points": _("Result"), "levels": _("How it was checked"),
        "feedback": _("From your mentor"), "voice": _("Voice note"), "by": _("Mentor"), "marked_at": _("Checked"),
    }  # fmt: skip
    yield Share("handed_in", _("What you handed in"), list(_tries(person)), labels)
    said = db.session.scalars(select(SavedPhrase).where(SavedPhrase.mentor_id == person.id).order_by(SavedPhrase.id))
    rows = [{"text": one.text, "other": one.other, "other_language": one.other_language} for one in said]
    yield Share("phrases", _("Saved phrases"), rows, {"text": _("The phrase"), "other": _("In another language")})


def _tries(person: User) -> Iterator[Row]:
    hers = Submission.enrolment_id.in_(select(Enrolment.id).where(Enrolment.user_id == person.id))
    files: dict[int, list[StoredFile]] = defaultdict(list)
    sent = select(SubmissionFile).join(Submission, Submission.id == SubmissionFile.submission_id).where(hers)
    for one in db.session.scalars(sent.options(joinedload(SubmissionFile.file)).order_by(SubmissionFile.position)):
        files[one.submission_id].append(one.file)
    spoken = select(VoiceNote).join(Submission, Submission.id == VoiceNote.submission_id).where(hers).options(joinedload(VoiceNote.file))
    voices = {one.submission_id: one.file for one in db.session.scalars(spoken)}
    found = select(Submission, Grade).outerjoin(Grade, Grade.submission_id == Submission.id).where(hers)
    found = found.options(joinedload(Grade.by), joinedload(Submission.version).defer(CourseVersion.body)).order_by(Submission.id)
    for tried, grade in db.session.execute(found):
        task = catalogue.course(tried.version_id).assignment(tried.assignment_uid)
        row = {
            "task": Said(tried.assignment_uid, task.title.in_language(language()) if task else tried.assignment_uid),
            "attempt": tried.attempt, "text": tried.text, "link": tried.link, "files": files[tried.id],
            "written_at": tried.written_at, "submitted_at": tried.submitted_at, "state": Said(tried.state, _state(tried.state)),
        }  # fmt: skip
        yield row if grade is None else row | _mark(task, grade, voices.get(tried.id))


def _mark(task: Assignment | None, grade: Grade, voice: StoredFile | None) -> dict[str, object]:
    result = fmt.out_of(grade.total, grade.possible)
    return {
        "points": Said({"total": grade.total, "possible": grade.possible, "passed": grade.passed}, result),
        "levels": Said(grade.marks, _levels(task, grade)),
        "feedback": grade.feedback, "voice": voice, "by": grade.by.name, "marked_at": grade.at,
    }  # fmt: skip


def _levels(task: Assignment | None, grade: Grade) -> str:
    """`Reads well: In part; ...`, in the rubric's own words."""
    if task is None:
        return ""
    told = []
    for row in task.rubric.criteria:
        level = next((level for level in row.levels if level.uid == grade.marks.get(row.uid)), None)
        if level is not None:
            told.append(f"{row.title.in_language(language())}: {level.text.in_language(language())}")
    return "\n".join(told)


def _state(state: State) -> str:
    if state in WAITING:
        return _("Being checked")
    return _("Checked") if state is State.RELEASED else _("Fix it")
