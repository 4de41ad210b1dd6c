"""Everything the school holds about one person: each room is asked for its part, in the order in which people read it.

A room that keeps rows about people stands here; a test walks the tables and finds the one that was forgotten.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from flask import current_app, render_template
from sqlalchemy import func, or_, select

from lms.annotation import own_data as annotation
from lms.cohorts import own_data as cohorts
from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.db import db, release
from lms.core.files import NotThere, StoredFile, store
from lms.core.own_data import Gives, Share, as_json, files_in, path_of, said
from lms.credentials import own_data as credentials
from lms.credentials.models import Credential
from lms.grading import own_data as grading
from lms.grading.models import Submission, SubmissionFile, VoiceNote
from lms.intake import own_data as intake
from lms.learning import own_data as learning
from lms.messages import own_data as messages
from lms.payouts import own_data as payouts
from lms.people import own_data as people
from lms.people.models import User
from lms.pool import own_data as pool

ROOMS: tuple[Gives, ...] = (
    people.give, intake.give, cohorts.give, learning.give, grading.give, annotation.give, payouts.give, credentials.give, pool.give,
    messages.give,
)  # fmt: skip
IN_MEMORY = 4_000_000  # bytes; what is longer goes through a file without a name
TEXT = 100_000  # bytes: about what the two readable files weigh


@dataclass(frozen=True)
class Taken:
    """What was read about a person, ready to be written: none of it needs the database any more."""

    shares: list[Share]
    head: dict[str, Any]
    files: dict[str, StoredFile]  # by their path in the archive


def shares_of(person: User) -> list[Share]:
    """The answer of every room."""
    return [share for give in ROOMS for share in give(person)]


def read(person: User) -> Taken:
    """Everything about this person. Then the transaction is over, and the rest holds nobody up."""
    shares = shares_of(person)
    files = {path_of(file): file for share in shares for row in share.rows for file in files_in(row)}
    for file in files.values():
        db.session.expunge(file)
    head = {"school": current_app.config["SITE_NAME"], "taken_at": clock.now(), "language": person.language}
    release()
    return Taken(shares, head, files)


def written(taken: Taken, person: User) -> IO[bytes]:
    """A zip with a page for people, in the language they read, the same for machines, and the files. A file that the store has lost is
    named in both. The archive stands at its end, and is gone when it is closed."""
    made = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  in_pieces closes it
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        gone = [path for path, file in taken.files.items() if not _put(archive, path, file)]
        page = render_template(
            "home/own_data_file.html", shares=taken.shares, person=person, at=taken.head["taken_at"], said=partial(said, gone=gone),
            gone=[taken.files[path].name for path in gone],
        )  # fmt: skip
        release()  # the page's frame reads who asks
        archive.writestr("my-data.html", page)
        archive.writestr("data.json", as_json(taken.shares, taken.head | {"files_not_found": gone}))
    return made


def _put(archive: zipfile.ZipFile, path: str, file: StoredFile) -> bool:
    """Whether its bytes were there to be put in."""
    try:
        content = store().get(file.key)
    except NotThere:
        current_app.logger.error("stored file %s is not in the store", file.id)
        return False
    archive.writestr(path, content, zipfile.ZIP_STORED)  # pictures and PDF are small already
    return True


def in_pieces(made: IO[bytes]) -> Iterator[bytes]:
    """The bytes of an archive from its beginning; closed after the last."""
    with made:
        made.seek(0)
        while piece := made.read(65_536):
            yield piece


def weight(person: User) -> int:
    """About how many bytes it is, before she asks for it. One statement."""
    hers = select(SubmissionFile.file_id).join(Submission, Submission.id == SubmissionFile.submission_id)
    hers = hers.join(Enrolment, Enrolment.id == Submission.enrolment_id).where(Enrolment.user_id == person.id)
    voices = select(VoiceNote.file_id).join(Submission, Submission.id == VoiceNote.submission_id)
    voices = voices.join(Enrolment, Enrolment.id == Submission.enrolment_id).where(Enrolment.user_id == person.id)
    papers = select(Credential.sheet_id).where(Credential.user_id == person.id)
    size = select(func.sum(StoredFile.size)).where(or_(*(StoredFile.id.in_(some) for some in (hers, voices, papers))))
    return TEXT + int(db.session.scalar(size) or 0)
