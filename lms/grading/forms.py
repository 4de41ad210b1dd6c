"""What a trainee hands in, and what a mentor marks."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from lms.catalogue.courses import Assignment, HandIn, Rubric
from lms.catalogue.wording import words
from lms.core import fmt
from lms.core.errors import Refused
from lms.core.files import LIMIT, Accepted, accept
from lms.core.forms import Form, SelectChoice, strip
from lms.core.i18n import LANGUAGES, _, _l
from lms.core.sounds import LIMIT as VOICE_LIMIT
from lms.core.sounds import Sound, accept_voice


class AnswerForm(Form):
    """The ways to hand in that an assignment accepts; fields it does not accept are left out."""

    attempt = HiddenField()
    text = TextAreaField(_l("Your answer"), [Length(max=50_000, message=_l("Your answer is too long."))])
    link = StringField(
        _l("Link to your work"),
        [Optional(), Length(max=500), Regexp(r"^https://[^\s]+$", message=_l("A link starts with https://"))],
        [strip],
    )
    files = MultipleFileField(_l("Your files"))

    @classmethod
    def for_assignment(cls, assignment: Assignment) -> AnswerForm:
        """The form with only the fields that the assignment accepts."""
        form = cls()
        ways = set(assignment.accept)
        if HandIn.TEXT not in ways:
            del form.text
        if HandIn.LINK not in ways:
            del form.link
        if not ways & {HandIn.FILE, HandIn.PHOTO}:
            del form.files
        return form

    def problems(self, assignment: Assignment) -> bool:
        """Say what is missing or too long; whether anything is wrong."""
        text, link = self._value("text"), self._value("link")
        chosen = self.chosen_files()
        if not (text or link or chosen):
            self.refuse(_("Your answer is empty. Write it or choose a file."))
        count = words(text) if text else 0
        if text and assignment.min_words and count < assignment.min_words:
            self.refuse(_("Write %(n)s words or more. You have %(have)s.", n=fmt.num(assignment.min_words), have=fmt.num(count)), "text")
        if text and assignment.max_words and count > assignment.max_words:
            self.refuse(_("Write %(n)s words or fewer. You have %(have)s.", n=fmt.num(assignment.max_words), have=fmt.num(count)), "text")
        if len(chosen) > assignment.max_files:
            self.refuse(_("Send %(n)s files or fewer.", n=fmt.num(assignment.max_files)), "files")
        return bool(self.errors)

    def _value(self, name: str) -> str:
        return (getattr(self, name).data or "").strip() if name in self else ""

    def chosen_files(self) -> list[FileStorage]:
        """The files that were really chosen: a browser sends an empty one for none."""
        found: list[Any] = self.files.data or [] if "files" in self else []
        return [file for file in found if isinstance(file, FileStorage) and file.filename]

    def values(self) -> dict[str, str]:
        """Text and link, as an action takes them."""
        return {"text": self._value("text"), "link": self._value("link")}

    def try_number(self) -> int:
        """Which try the page was made for; 1 where somebody changed it to nonsense."""
        typed = self.attempt.data or ""
        return int(typed) if re.fullmatch(r"[0-9]{1,4}", typed) else 1


def read_files(files: list[FileStorage], assignment: Assignment) -> list[Accepted]:
    """Judge the files by their bytes; raises Refused. Slow: nothing may be locked meanwhile."""
    limit = min(LIMIT * 3, assignment.max_mb * 1_000_000) if assignment.max_mb else LIMIT
    read = [accept(file.stream.read(limit + 1), file.filename or "file", limit=limit) for file in files]
    if HandIn.FILE not in assignment.accept and not all(file.kind.startswith("image/") for file in read):
        raise Refused(_("This is not a photo. Choose a photo."))
    return read


class MarkForm(Form):
    """A level for each criterion, named `level-<criterion>`, and words for the trainee."""

    feedback = TextAreaField(_l("Comment"), [Length(max=5000)])
    voice = FileField(_l("Voice note"))
    keep_voice = BooleanField(_l("Keep the voice note"))

    def sound(self) -> Sound | None:
        """The voice note that was recorded or chosen, judged by its bytes; raises Refused."""
        sent = self.voice.data
        chosen = isinstance(sent, FileStorage) and bool(sent.filename)
        return accept_voice(sent.stream.read(VOICE_LIMIT + 1)) if chosen else None

    def marks(self, rubric: Rubric, posted: Any) -> dict[str, str]:
        """Criterion uid -> level uid, of the rows that were chosen."""
        return {row.uid: posted[f"level-{row.uid}"] for row in rubric.criteria if posted.get(f"level-{row.uid}")}


class PhraseForm(Form):
    """A phrase, and the same in another language."""

    text = TextAreaField(_l("The phrase"), [DataRequired(_l("Write the phrase first.")), Length(max=400)])
    other = TextAreaField(_l("The same in another language"), [Optional(), Length(max=400)])
    language = SelectField(
        _l("Which other language?"),
        choices=[SelectChoice(code, known.name) for code, known in LANGUAGES.items() if code != "en"],
        validate_choice=True,
    )
