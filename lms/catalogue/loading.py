"""Reads a folder `courses/<name>/` into a `Course`, with every complaint at its `file:line`.

    course.yml
    01-first-lesson/lesson.md, lesson.ar.md, quiz.yml, quiz.ar.yml, assignment.md, assignment.ar.md, rubric.yml, rubric.ar.yml, img/

Lessons stand in the order of their folders' names. `courses/README.md` describes every key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from lms.catalogue import loading_work as work
from lms.catalogue.courses import Assignment, Course, Done, DoneBy, Group, Lesson, Need, Picture, Quiz, Rubric
from lms.catalogue.pictures import PictureError, picture
from lms.catalogue.plain import Text
from lms.catalogue.sheets import SLUG, Page, Phrase, Place, Sheet, Survey
from lms.core import content
from lms.core.i18n import LANGUAGES

COURSE_FILE = "course.yml"
PARTS = {"lesson": ".md", "quiz": ".yml", "assignment": ".md", "rubric": ".yml"}
CEFR = ("A1", "A2", "B1", "B2", "C1", "C2")
ISO_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
NEED_OPS = ("all", "any", "done", "score", "level", "from", "cohort")


def survey_course(path: Path) -> tuple[Course, Survey]:
    """Read everything that can be read, and note every complaint, so that one look shows all of them."""
    survey = Survey()
    file = path / COURSE_FILE
    sheet = Sheet.parse(survey, str(file), _text(survey, file) if file.is_file() else "")
    if not file.is_file():
        survey.error(Place(str(file), 1), "the file is missing")
    uid = sheet.text("uid", required=True)
    if uid and not SLUG.fullmatch(uid):
        sheet.error(f'uid "{uid}" is a name of a-z, 0-9 and hyphens', "uid")
    survey.claim(uid, sheet.place("uid"))
    survey.languages = _languages(sheet)
    course = Course(
        uid=uid,
        title=_words(sheet, "title"),
        summary=_words(sheet, "summary"),
        lang=sheet.one_of("lang", str, LANGUAGES, Text.FALLBACK),
        track=sheet.text("track", required=True),
        cefr=sheet.one_of("cefr", str, CEFR, "A2"),
        hours=sheet.whole("hours", 0, low=1, high=2000, required=True),
        weeks=sheet.whole("weeks", 1, low=1, high=60, required=True),
        groups=_groups(sheet),
        pass_percent=sheet.whole("pass", None, high=100),
        skills=_sentences(sheet, "skills"),
        criteria=_sentences(sheet, "criteria"),
        needs=_needs(sheet),
        lessons=_lessons(path, survey, uid),
    )
    sheet.close()
    return course, survey


def fingerprint(text: str) -> str:
    """What `of:` holds in a translation: the first 12 hex signs of the SHA-256 of the English file."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:12]


def _languages(sheet: Sheet) -> tuple[str, ...]:
    found = [language for language, line in sheet.strings("languages") if _known(sheet, language, line)]
    return tuple(dict.fromkeys([Text.FALLBACK, *found]))


def _known(sheet: Sheet, language: str, line: int) -> bool:
    if language not in LANGUAGES:
        sheet.error(f'"{language}" is not one of our languages: {", ".join(LANGUAGES)}', at=line)
    return language in LANGUAGES


def _words(sheet: Sheet, key: str) -> Text:
    """A wording of course.yml; noted for the checks, with a warning for each promised language that lacks it."""
    words = sheet.words(key, required=True)
    for language in sheet.survey.languages:
        if language not in words and Text.FALLBACK in words:
            sheet.survey.warning(sheet.place(key), f'"{key}" is not translated into "{language}"')
    sheet.survey.phrases.extend(Phrase(sheet.place(key), language, phrase) for language, phrase in words.items())
    return words


def _sentences(sheet: Sheet, key: str) -> tuple[Text, ...]:
    found = []
    for part in sheet.sheets(key):
        place = part.place()
        words = part.words("text") if "text" in part else part.languages()
        for language in sheet.survey.languages:
            if language not in words:
                sheet.survey.warning(place, f'a sentence of "{key}" is not translated into "{language}"')
        sheet.survey.phrases.extend(Phrase(place, language, phrase) for language, phrase in words.items())
        found.append(words)
    return tuple(found)


def _groups(sheet: Sheet) -> tuple[Group, ...]:
    groups: list[Group] = []
    for part in sheet.sheets("groups"):
        uid = part.text("uid", required=True)
        if any(uid == group.uid for group in groups):
            part.error(f'group uid "{uid}" is used twice', "uid")
        groups.append(
            Group(
                uid=uid,
                title=_words(part, "title"),
                weight=part.whole("weight", 0, low=0, high=1000, required=True),
                drop_lowest=part.whole("drop_lowest", 0, high=50),
                min_percent=part.whole("min_percent", None, high=100),
            )
        )
        part.close()
    return tuple(groups)


def _needs(sheet: Sheet) -> Need | None:
    if "needs" not in sheet:
        return None
    return _need(sheet.sheet("needs"))


def _need(part: Sheet) -> Need:
    op = next((name for name in NEED_OPS if name in part), "")
    if not op:
        part.error(f'"needs" is one of {", ".join(NEED_OPS)}')
        return Need("all")
    if op in ("all", "any"):
        parts = tuple(_need(one) for one in part.sheets(op))
        if not parts:
            part.error(f'"{op}" lists nothing', op)
        need = Need(op, parts)
    elif op == "level":
        level = part.sheet("level")
        need = Need(op, item=level.text("skill", required=True), at_least=level.one_of("at_least", str, CEFR, "A1"))
        level.close()
    else:
        need = Need(op, item=part.text(op, required=True), at_least=part.text("at_least") if op == "score" else "")
        if op == "from" and not ISO_DATE.fullmatch(need.item):
            part.error(f'"from" is a date such as 2026-09-01, not "{need.item}"', op)
        if op == "score" and not re.fullmatch(r"\d{1,2}|100", need.at_least):
            part.error('"score" needs "at_least", a per cent from 0 to 100', "at_least")
    part.close()
    return need


def _lessons(path: Path, survey: Survey, course_uid: str) -> tuple[Lesson, ...]:
    lessons = []
    for entry in sorted(path.iterdir() if path.is_dir() else ()):
        if entry.name.startswith(".") or entry.name == COURSE_FILE:
            continue
        if entry.is_symlink() or not entry.is_dir():
            survey.error(Place(str(entry), 1), f"a course folder holds {COURSE_FILE} and a folder per lesson, not this")
        else:
            lessons.append(_Folder(entry, survey).lesson(course_uid))
    if path.is_dir() and not lessons:
        survey.error(Place(str(path / COURSE_FILE), 1), "the course has no lesson")
    return tuple(lessons)


class _Folder:
    """One lesson's folder: its texts by part and language."""

    def __init__(self, path: Path, survey: Survey) -> None:
        self.path = path
        self.survey = survey
        self.files: dict[str, dict[str, tuple[str, str]]] = {part: {} for part in PARTS}
        for entry in sorted(path.iterdir()):
            if entry.name.startswith(".") or (entry.name == "img" and entry.is_dir() and not entry.is_symlink()):
                continue
            part, _, rest = entry.name.partition(".")
            language = rest.removesuffix(PARTS.get(part, "?").removeprefix(".")).rstrip(".") or Text.FALLBACK
            known = part in PARTS and rest.endswith(PARTS[part][1:]) and language in LANGUAGES
            if not known or entry.is_symlink() or not entry.is_file():
                survey.error(Place(str(entry), 1), "this is no part of a lesson: see courses/README.md")
                continue
            self.files[part][language] = (str(entry), _text(survey, entry))

    def lesson(self, course_uid: str) -> Lesson:
        if Text.FALLBACK not in self.files["lesson"]:
            self.survey.error(Place(str(self.path / "lesson.md"), 1), "the file is missing")
        sheet, others, body = self._pages("lesson")
        older = self._older("lesson", others)
        made = Lesson(
            uid=work.item_uid(sheet, course_uid),
            title=work.told("title", sheet, others, required=True),
            body=body,
            week=sheet.whole("week", 1, low=1, high=60, required=True),
            minutes=sheet.whole("minutes", 0, low=1, high=600, required=True),
            required=sheet.flag("required", True),
            weight=sheet.whole("weight", 1, low=1, high=100),
            opens=work.moment(sheet, "opens"),
            due=work.due(sheet),
            needs=_needs(sheet),
            complete=_done(sheet),
            sources=tuple(source for source, _ in sheet.strings("sources")),
            pictures=self._pictures(),
            quiz=self._quiz(course_uid),
            assignment=self._assignment(course_uid),
            older=older,
        )
        work.close_all(sheet, others)
        return made

    def _quiz(self, course_uid: str) -> Quiz | None:
        if not self._has_english("quiz"):
            return None
        sheet, others = self._sheets("quiz")
        self._older("quiz", others)
        return work.quiz(sheet, others, course_uid)

    def _assignment(self, course_uid: str) -> Assignment | None:
        if not self._has_english("assignment"):
            if self._has_english("rubric"):
                self.survey.error(Place(str(self.path / "rubric.yml"), 1), "a rubric without an assignment.md")
            return None
        sheet, others, body = self._pages("assignment")
        older = self._older("assignment", others)
        rubric = Rubric(())
        if self._has_english("rubric"):
            levels, translated = self._sheets("rubric")
            self._older("rubric", translated)
            rubric = work.rubric(levels, translated)
        else:
            self.survey.error(Place(str(self.path / "rubric.yml"), 1), "the assignment has no rubric.yml")
        return work.assignment(sheet, others, body, rubric, course_uid, older)

    def _pages(self, part: str) -> tuple[Sheet, dict[str, Sheet], Text]:
        """Front matter in English, in the other languages, and the Markdown of all."""
        sheets, bodies = {}, {}
        for language, (file, text) in self.files[part].items():
            try:
                pieces = content.split(text)
            except content.FrontMatterError as error:
                self.survey.error(Place(file, error.line), error.message)
                pieces = content.Split("", 1, text, 1)
            sheets[language] = Sheet.parse(self.survey, file, pieces.yaml, pieces.yaml_line)
            bodies[language] = pieces.body.strip("\n") + "\n"
            self.survey.pages.append(Page(Place(file, pieces.body_line), language, pieces.body, self.path))
        english = sheets.pop(Text.FALLBACK, None) or Sheet(self.survey, str(self.path / f"{part}.md"), 1, None)
        self._missing(part, sheets)
        return english, sheets, Text(bodies)

    def _sheets(self, part: str) -> tuple[Sheet, dict[str, Sheet]]:
        sheets = {language: Sheet.parse(self.survey, file, text) for language, (file, text) in self.files[part].items()}
        english = sheets.pop(Text.FALLBACK)
        self._missing(part, sheets)
        return english, sheets

    def _has_english(self, part: str) -> bool:
        found = self.files[part]
        if found and Text.FALLBACK not in found:
            self.survey.error(Place(next(iter(found.values()))[0], 1), f"a translation without {part}{PARTS[part]}")
        return Text.FALLBACK in found

    def _missing(self, part: str, others: Mapping[str, Sheet]) -> None:
        for language in self.survey.languages:
            if language != Text.FALLBACK and language not in others:
                place = Place(str(self.path / f"{part}{PARTS[part]}"), 1)
                self.survey.warning(place, f"no translation: {part}.{language}{PARTS[part]} is missing")

    def _older(self, part: str, others: Mapping[str, Sheet]) -> tuple[str, ...]:
        """The languages whose `of:` is not the English file as it stands."""
        now = fingerprint(self.files[part].get(Text.FALLBACK, ("", ""))[1])
        older = []
        for language, sheet in others.items():
            made_from = sheet.text("of", required=True)
            if made_from and made_from != now:
                older.append(language)
                self.survey.warning(sheet.place("of"), f"older than the English text: of is {made_from}, the English file is {now}")
        return tuple(older)

    def _pictures(self) -> tuple[Picture, ...]:
        found = []
        for entry in sorted((self.path / "img").iterdir() if (self.path / "img").is_dir() else ()):
            if entry.is_symlink() or not entry.is_file():
                self.survey.error(Place(str(entry), 1), "img/ holds picture files only")
                continue
            try:
                found.append(picture(entry.name, entry.read_bytes()))
            except PictureError as error:
                self.survey.error(Place(str(entry), 1), str(error))
        return tuple(found)


def _done(sheet: Sheet) -> Done:
    if "complete" not in sheet:
        return Done()
    part = sheet.sheet("complete")
    by = next((way for way in DoneBy if way in part), None)
    if by is None:
        part.error(f'"complete" is one of {", ".join(DoneBy)}')
        return Done()
    if by is DoneBy.READ:
        part.flag("read", True)
        made = Done()
    else:
        made = Done(by, part.text(by, required=True), part.whole("at_least", None, high=100))
    part.close()
    return made


def _text(survey: Survey, file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        survey.error(Place(str(file), 1), f"the file is not UTF-8 (byte {error.start})")
        return ""
