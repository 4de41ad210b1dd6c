"""Reads the work of a lesson's folder: `quiz.yml`, `assignment.md` with `rubric.yml`, and their translations.

A translation holds the words only, tied by uid: what is right and what it is worth stands once, in the English file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from lms.catalogue.courses import (
    DAYS,
    Accepted,
    Assignment,
    Choice,
    Criterion,
    Due,
    Feedback,
    HandIn,
    Keep,
    Late,
    Level,
    Moment,
    Question,
    QuestionKind,
    Quiz,
    Rubric,
)
from lms.catalogue.plain import Text
from lms.catalogue.sheets import SLUG, Phrase, Sheet, by_uid

Sheets = Mapping[str, Sheet]  # by language, without English

PARTIAL = re.compile(r"%(\d{1,3})%(.*)", re.DOTALL)
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
ANSWER_KINDS = (QuestionKind.SHORT, QuestionKind.NUMERIC)


def quiz(sheet: Sheet, others: Sheets, course_uid: str) -> Quiz:
    """The quiz of a sheet, with the words of its translations."""
    uid = item_uid(sheet, course_uid)
    translated = {language: by_uid(other.sheets("questions")) for language, other in others.items()}
    questions = []
    for part in sheet.sheets("questions"):
        name = part.text("uid", required=True)
        mine = _matching(name, translated, others, "questions", "question")
        questions.append(_question(part, mine, f"{uid}/{name}"))
    _left_over(translated, "question")
    if not questions:
        sheet.error("the quiz has no questions", "questions")
    made = Quiz(
        uid=uid,
        title=told("title", sheet, others, required=True),
        questions=tuple(questions),
        pass_percent=sheet.whole("pass", 60, low=0, high=100),
        required=sheet.flag("required", True),
        group=sheet.text("group"),
        weight=sheet.whole("weight", 1, low=1, high=100),
        attempts=sheet.whole("attempts", 0, high=100),
        cooldown=sheet.whole("cooldown", 0, high=10_080),
        keep=sheet.one_of("keep", Keep, Keep, Keep.HIGHEST),
        feedback=sheet.one_of("feedback", Feedback, Feedback, Feedback.AFTER_ATTEMPT),
        shuffle=sheet.flag("shuffle", True),
        minutes=sheet.whole("minutes", None, low=1, high=300),
        opens=moment(sheet, "opens"),
        due=due(sheet),
    )
    close_all(sheet, others)
    return made


def assignment(sheet: Sheet, others: Sheets, bodies: Text, rubric: Rubric, course_uid: str, older: tuple[str, ...]) -> Assignment:
    accept = [(word, line) for word, line in sheet.strings("accept")]
    for word, line in accept:
        if word not in list(HandIn):
            sheet.error(f'"accept" lists {", ".join(HandIn)}, not "{word}"', at=line)
    if not accept:
        sheet.error('"accept" is missing: how is the work handed in?', "accept")
    made = Assignment(
        uid=item_uid(sheet, course_uid),
        title=told("title", sheet, others, required=True),
        body=bodies,
        rubric=rubric,
        accept=tuple(HandIn(word) for word, _ in accept if word in list(HandIn)),
        pass_percent=sheet.whole("pass", 60, low=0, high=100),
        required=sheet.flag("required", True),
        group=sheet.text("group"),
        weight=sheet.whole("weight", 1, low=1, high=100),
        minutes=sheet.whole("minutes", None, low=1, high=10_080),
        min_words=sheet.whole("min_words", None, low=1, high=10_000),
        max_words=sheet.whole("max_words", None, low=1, high=10_000),
        max_mb=sheet.whole("max_mb", None, low=1, high=100),
        max_files=sheet.whole("max_files", 1, low=1, high=20),
        opens=moment(sheet, "opens"),
        due=due(sheet),
        older=older,
    )
    if made.min_words and made.max_words and made.min_words > made.max_words:
        sheet.error(f'"min_words" {made.min_words} is more than "max_words" {made.max_words}', "min_words")
    close_all(sheet, others)
    return made


def rubric(sheet: Sheet, others: Sheets) -> Rubric:
    translated = {language: by_uid(other.sheets("criteria")) for language, other in others.items()}
    criteria: list[Criterion] = []
    for part in sheet.sheets("criteria"):
        name = part.text("uid", required=True)
        mine = _matching(name, translated, others, "criteria", "criterion")
        if any(name == criterion.uid for criterion in criteria):
            part.error(f'criterion uid "{name}" is used twice', "uid")
        criteria.append(Criterion(name, told("title", part, mine, required=True), _levels(part, mine)))
        close_all(part, mine)
    _left_over(translated, "criterion")
    if not 3 <= len(criteria) <= 5:
        sheet.error(f"a rubric has 3 to 5 criteria, this one has {len(criteria)}", "criteria")
    close_all(sheet, others)
    return Rubric(tuple(criteria))


def told(key: str, sheet: Sheet, others: Sheets, *, required: bool = False) -> Text:
    """The words under a key in English and in every translation; each is kept for the checks of wording."""
    words = {Text.FALLBACK: sheet.text(key, required=required)}
    for language, other in others.items():
        words[language] = other.text(key)
        if words[Text.FALLBACK] and not words[language]:
            sheet.survey.warning(other.place(), f'"{key}" is not translated')
    for language, phrase in words.items():
        if phrase:
            sheet.survey.phrases.append(Phrase((sheet if language == Text.FALLBACK else others[language]).place(key), language, phrase))
    return Text({language: phrase for language, phrase in words.items() if phrase})


def moment(sheet: Sheet, key: str) -> Moment | None:
    """`{week: 2, day: mon, at: "09:00"}`"""
    if key not in sheet:
        return None
    part = sheet.sheet(key)
    found = _moment(part)
    part.close()
    return found


def due(sheet: Sheet) -> Due | None:
    """A moment that may hold `late: {pct, per, floor, missing_pct}` beside its own keys."""
    if "due" not in sheet:
        return None
    part = sheet.sheet("due")
    found = _moment(part)
    late = None
    if "late" in part:
        rule = part.sheet("late")
        late = Late(
            pct=rule.whole("pct", 0, low=1, high=100, required=True),
            per=rule.one_of("per", str, ("hour", "day"), "day"),
            floor=rule.whole("floor", 0, high=100),
            missing_pct=rule.whole("missing_pct", 100, high=100),
        )
        rule.close()
        said = "no mark loses anything by this: what is late is shown to the mentor and counts in full"
        sheet.survey.warning(part.place("late"), said)
    part.close()
    return Due(found, late) if found else None


def item_uid(sheet: Sheet, course_uid: str) -> str:
    """The uid of a lesson, quiz or assignment: `<course uid>/<own name>`, once in the whole course."""
    uid = sheet.text("uid", required=True)
    course, _, name = uid.partition("/")
    if uid and (course != course_uid or not SLUG.fullmatch(name)):
        sheet.error(f'uid "{uid}" is not "{course_uid}/" and a name of a-z, 0-9 and hyphens', "uid")
    sheet.survey.claim(uid, sheet.place("uid"))
    return uid


def close_all(sheet: Sheet, others: Sheets) -> None:
    sheet.close()
    for other in others.values():
        other.close()


def _moment(part: Sheet) -> Moment | None:
    before = len(part.survey.findings)
    week = part.whole("week", 1, low=1, high=60, required=True)
    day = part.one_of("day", str, DAYS, "mon")
    at = part.text("at", required=True)
    if "day" not in part:
        part.error('"day" is missing')
    if at and not CLOCK.fullmatch(at):
        part.error(f'"at" is a time such as "09:00", not "{at}"', "at")
    return Moment(week, day, at) if len(part.survey.findings) == before else None


def _question(part: Sheet, others: Sheets, uid: str) -> Question:
    name = uid.rpartition("/")[2]
    if name and not SLUG.fullmatch(name):
        part.error(f'question uid "{name}" is a name of a-z, 0-9 and hyphens', "uid")
    part.survey.claim(uid, part.place("uid"))
    kind = part.one_of("kind", QuestionKind, QuestionKind, QuestionKind.SINGLE)
    if "kind" not in part:
        part.error('"kind" is missing')
    text = told("text", part, others, required=True)
    low, high = _bounds(part) if kind is QuestionKind.NUMERIC else (None, None)
    made = Question(
        uid=uid,
        kind=kind,
        text=text,
        points=part.whole("points", 1, low=1, high=100),
        choices=_choices(part, others) if kind not in ANSWER_KINDS else (),
        accepted=_accepted(part, others) if kind is QuestionKind.SHORT else (),
        case=part.flag("case", False) if kind is QuestionKind.SHORT else False,
        low=low,
        high=high,
        unit=told("unit", part, others) if kind is QuestionKind.NUMERIC else Text(),
        feedback=told("feedback", part, others) if kind in ANSWER_KINDS else Text(),
        praise=told("praise", part, others) if kind in ANSWER_KINDS else Text(),
    )
    close_all(part, others)
    return made


def _choices(part: Sheet, others: Sheets) -> tuple[Choice, ...]:
    translated = {language: by_uid(other.sheets("choices")) for language, other in others.items()}
    choices: list[Choice] = []
    for sheet in part.sheets("choices"):
        name = sheet.text("uid", required=True)
        mine = _matching(name, translated, others, "choices", "choice")
        if any(name == choice.uid for choice in choices):
            sheet.error(f'choice uid "{name}" is used twice', "uid")
        choices.append(
            Choice(
                uid=name,
                text=told("text", sheet, mine, required=True),
                right=sheet.flag("right", False),
                feedback=told("feedback", sheet, mine),
                credit=sheet.fraction("credit"),
            )
        )
        close_all(sheet, mine)
    _left_over(translated, "choice")
    return tuple(choices)


def _accepted(part: Sheet, others: Sheets) -> tuple[Accepted, ...]:
    """Wordings of the short answer. Those of a translation are further right answers, whatever language is read."""
    found = []
    for language, source in ((Text.FALLBACK, part), *others.items()):
        for sheet in source.sheets("answers"):
            written = sheet.text("text", required=True)
            partial = PARTIAL.fullmatch(written)
            credit = Fraction(partial[1]) if partial else sheet.fraction("credit")
            found.append(
                Accepted(
                    text=Text({language: partial[2].strip() if partial else written}),
                    credit=Fraction(100) if credit is None else credit,
                    feedback=Text({language: sheet.text("feedback")}) if "feedback" in sheet else Text(),
                )
            )
            sheet.close()
    return tuple(found)


def _bounds(part: Sheet) -> tuple[Fraction | None, Fraction | None]:
    """`answer` with `tolerance`, or `low` and `high`: the two inclusive ends."""
    low, high = part.fraction("low"), part.fraction("high")
    answer, tolerance = part.fraction("answer"), part.fraction("tolerance")
    if answer is None:
        if low is None or high is None:
            part.error('a numeric question has "answer" (and "tolerance"), or "low" and "high"')
            return None, None
        if low > high:
            part.error(f'"low" {low} is more than "high" {high}', "low")
        return low, high
    if low is not None or high is not None:
        part.error('a numeric question has "answer" or "low" and "high", not both', "answer")
    if "tolerance" not in part and answer.denominator != 1:
        part.error('an answer that is no whole number needs a "tolerance" (0 for exactly this)', "answer")
    if tolerance is not None and tolerance < 0:
        part.error('"tolerance" is below zero', "tolerance")
    spread = abs(tolerance or Fraction(0))
    return answer - spread, answer + spread


def _levels(part: Sheet, others: Sheets) -> tuple[Level, ...]:
    translated = {language: by_uid(other.sheets("levels")) for language, other in others.items()}
    levels: list[Level] = []
    for sheet in part.sheets("levels"):
        name = sheet.text("uid", required=True)
        mine = _matching(name, translated, others, "levels", "level")
        points = sheet.whole("points", 0, high=1000, required=True)
        if levels and points <= levels[-1].points:
            sheet.error("levels go from the lowest to the highest: these points do not grow", "points")
        levels.append(Level(name, points, told("text", sheet, mine, required=True)))
        close_all(sheet, mine)
    _left_over(translated, "level")
    if len(levels) != 3:
        part.error(f"a criterion has 3 levels, this one has {len(levels)}", "levels")
    return tuple(levels)


def _matching(name: str, translated: Mapping[str, dict[str, Sheet]], others: Sheets, key: str, what: str) -> dict[str, Sheet]:
    """Take the translations of one part out of those not yet used; warn for each language that has none."""
    mine = {}
    for language, found in translated.items():
        if name in found:
            mine[language] = found.pop(name)
        else:
            others[language].survey.warning(others[language].place(key), f'{what} "{name}" is not translated')
    return mine


def _left_over(translated: Mapping[str, Mapping[str, Sheet]], what: str) -> None:
    for found in translated.values():
        for name, sheet in found.items():
            sheet.error(f'{what} "{name}" is not in the English file', "uid")
