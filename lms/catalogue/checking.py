"""`lms courses check`: everything that makes a course folder unfit to publish (errors) or worth a second look (warnings)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lms.catalogue import wording
from lms.catalogue.courses import Course, DoneBy, ItemKind, Lesson, Need, Picture, Question, QuestionKind
from lms.catalogue.loading import COURSE_FILE, survey_course
from lms.catalogue.pictures import HEAVIEST, WIDEST
from lms.catalogue.plain import Text
from lms.catalogue.quizzes import normalise
from lms.catalogue.sheets import ERROR, Finding, Page, Place, Survey
from lms.core.content import BLOCKS, LINKS
from lms.core.i18n import LANGUAGES

SIMPLE_LEVELS = ("A1", "A2")

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_BLOCK = re.compile(r"^\s*(/{3,})[ \t]*(.*?)[ \t]*$")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
_CODE = re.compile(r"(`+).*?\1")
_MARKUP = re.compile(r"^\s*\||\]\(|^\s*#{1,6} |^\s*/{3}")


def check(path: Path) -> list[Finding]:
    """Look through a course folder, or a folder of course folders. Sorted by file and line; empty means nothing to say."""
    folders = [path] if (path / COURSE_FILE).exists() else sorted(entry.parent for entry in path.glob(f"*/{COURSE_FILE}"))
    if not folders:
        return [Finding(str(path / COURSE_FILE), 1, ERROR, "the file is missing: this is no course folder")]
    surveyed = [survey_course(folder) for folder in folders]
    _same_course_twice(surveyed)
    known = {uid for _, survey in surveyed for uid in survey.places}
    for course, survey in surveyed:
        _check_course(course, survey, known)
    return sorted({finding for _, survey in surveyed for finding in survey.findings})


def checked(path: Path) -> tuple[Course, list[Finding]]:
    """The course of this one folder and all that is to say about it, in one walk."""
    course, survey = survey_course(path)
    _check_course(course, survey, {*survey.places})
    return course, sorted({*survey.findings})


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == ERROR for finding in findings)


def _same_course_twice(surveyed: list[tuple[Course, Survey]]) -> None:
    first: dict[str, Place] = {}
    for course, survey in surveyed:
        if course.uid in first and course.uid in survey.places:
            survey.error(
                survey.places[course.uid], f'uid "{course.uid}" is used twice: first in {first[course.uid].file}:{first[course.uid].line}'
            )
        elif course.uid in survey.places:
            first[course.uid] = survey.places[course.uid]


def _check_course(course: Course, survey: Survey, known: set[str]) -> None:
    for page in survey.pages:
        _check_page(page, course, survey, known)
    for phrase in survey.phrases:
        if wording.PLACEHOLDER.search(phrase.words) or wording.EMPTY_WORDING.fullmatch(phrase.words):
            survey.error(phrase.place, f'this is a placeholder: "{_short(phrase.words)}"')
        if any(_MARKUP.search(line) for _, line in _prose(phrase.words, 1)):
            survey.error(
                phrase.place, f'quizzes, rubrics and titles show plain words, no tables, links or headings: "{_short(phrase.words)}"'
            )
        if phrase.language == Text.FALLBACK and course.cefr in SIMPLE_LEVELS:
            for line in wording.lines(phrase.words):
                _check_sentences(line.words, phrase.place, survey)
    for lesson in course.lessons:
        _check_lesson(lesson, course, survey)
    _check_groups(course, survey)
    _check_needs(course, survey, known)


# Text


def _check_page(page: Page, course: Course, survey: Survey, known: set[str]) -> None:
    if not page.markdown.strip():
        survey.error(page.place, "there is no text")
    _check_fences(page, survey)
    for number, line in _prose(page.markdown, page.place.line):
        _check_pictures(line, Place(page.place.file, number), page, survey)
        _check_links(line, Place(page.place.file, number), course, survey, known)
    for paragraph in wording.lines(page.markdown):
        place = Place(page.place.file, page.place.line + paragraph.number - 1)
        if wording.PLACEHOLDER.search(paragraph.words):
            survey.error(place, f'this is a placeholder: "{_short(paragraph.words)}"')
        if page.language == Text.FALLBACK and paragraph.aid in ("", Text.FALLBACK) and course.cefr in SIMPLE_LEVELS:
            _check_sentences(paragraph.words, place, survey)


def _check_sentences(text: str, place: Place, survey: Survey) -> None:
    for sentence in wording.sentences(text):
        count = wording.words(sentence)
        if count > wording.LONGEST:
            survey.warning(place, f'a sentence of {count} words, {wording.LONGEST} are enough: "{_short(sentence)}"')


def _prose(text: str, first_line: int) -> Iterator[tuple[int, str]]:
    """The lines outside code, with their numbers in the file and without code between backticks."""
    fence = ""
    for number, line in enumerate(text.split("\n"), first_line):
        found = _FENCE.match(line)
        if fence:
            fence = "" if _closes(line, fence) else fence
        elif found:
            fence = found[1]
        else:
            yield number, _CODE.sub("", line)


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return mark.startswith(fence) and not mark.strip(fence[0])


def _check_fences(page: Page, survey: Survey) -> None:
    """Count the fences: Markdown leaves a wrong block as text and lets an open one swallow the rest, all in silence."""
    code: tuple[str, int] | None = None
    blocks: list[tuple[int, int, str]] = []  # slashes, line, name
    for number, line in enumerate(page.markdown.split("\n"), page.place.line):
        fence = _FENCE.match(line)
        if code:
            code = None if _closes(line, code[0]) else code
        elif fence:
            code = (fence[1], number)
        elif block := _BLOCK.match(line):
            _check_block(block[1], block[2], Place(page.place.file, number), blocks, survey)
    if code:
        survey.error(Place(page.place.file, code[1]), f"the code that begins here has no closing {code[0]}")
    for slashes, number, name in blocks:
        survey.error(Place(page.place.file, number), f'the block "{name}" that begins here has no closing {"/" * slashes}')


def _check_block(slashes: str, head: str, place: Place, blocks: list[tuple[int, int, str]], survey: Survey) -> None:
    if not head:
        if blocks and blocks[-1][0] == len(slashes):
            blocks.pop()
        else:
            survey.error(place, f"{slashes} closes no block")
        return
    name, bar, argument = (part.strip() for part in head.partition("|"))
    if name not in BLOCKS:
        survey.error(place, f'there is no block "{name}": they are {", ".join(BLOCKS)}')
    elif name == "help" and argument not in LANGUAGES:
        survey.error(place, f'the block "help" names a language: {slashes} help | ar')
    elif name != "help" and bar:
        survey.error(place, f'the block "{name}" takes nothing after it')
    if any(len(slashes) == outer for outer, _, _ in blocks):
        survey.error(place, f"a block inside another needs another number of slashes: {slashes} closes the outer one")
    blocks.append((len(slashes), place.line, name))


def _check_pictures(line: str, place: Place, page: Page, survey: Survey) -> None:
    for alt, target in _PICTURE.findall(line):
        if not alt.strip():
            survey.error(place, f'the picture "{target}" has no alt text')
        if not target.startswith("img/"):
            survey.error(place, f'the picture "{target}" is not in the lesson\'s img/')
        elif not (page.folder / target).is_file() or "/" in target.removeprefix("img/"):
            survey.error(place, f'dead picture: "{target}" is not there')


def _check_links(line: str, place: Place, course: Course, survey: Survey, known: set[str]) -> None:
    for words, target in _LINK.findall(line):
        if not words.strip():
            survey.error(place, f'the link "{target}" has no words')
        if not LINKS.fullmatch(target):
            survey.error(place, f'dead link: "{target}" is neither https://, mailto:, /learn/... nor #part')
        elif target.startswith("/learn/"):
            uid = target.removeprefix("/learn/")
            ours = uid == course.uid or uid.startswith(f"{course.uid}/")
            if (ours or uid.partition("/")[0] in known) and uid not in known:
                survey.error(place, f'dead link: there is no "{uid}"')


# Lessons and their work


def _check_lesson(lesson: Lesson, course: Course, survey: Survey) -> None:
    place = survey.places.get(lesson.uid)
    if place is None:
        return
    folder = Path(place.file).parent
    shown = "\n".join(lesson.body.values()) + "\n".join(lesson.assignment.body.values() if lesson.assignment else ())
    for picture in lesson.pictures:
        _check_picture_file(picture, Place(str(folder / "img" / picture.name), 1), shown, survey)
    if lesson.week > course.weeks:
        survey.error(place, f"week {lesson.week} of a course of {course.weeks} weeks")
    for kind, item in ((ItemKind.LESSON, lesson), (ItemKind.QUIZ, lesson.quiz), (ItemKind.ASSIGNMENT, lesson.assignment)):
        if item:
            _check_dates(item.uid, kind, item.opens, item.due.moment if item.due else None, course, survey)
    if lesson.quiz:
        for question in lesson.quiz.questions:
            _check_question(question, survey)
    done = lesson.complete
    if done.by is DoneBy.QUIZ and not course.quiz(done.item):
        survey.error(place, f'"complete" waits for the quiz "{done.item}", which is not in this course')
    if done.by in (DoneBy.SUBMITTED, DoneBy.PASSED) and not course.assignment(done.item):
        survey.error(place, f'"complete" waits for the assignment "{done.item}", which is not in this course')


def _check_dates(uid: str, kind: ItemKind, opens: object, due: object, course: Course, survey: Survey) -> None:
    place = survey.places.get(uid)
    if place is None:
        return
    for name, moment in (("opens", opens), ("due", due)):
        if moment is not None and moment.week > course.weeks:  # type: ignore[attr-defined]
            survey.error(place, f"the {kind} {name} in week {moment.week} of a course of {course.weeks} weeks")  # type: ignore[attr-defined]


def _check_picture_file(picture: Picture, place: Place, shown: str, survey: Survey) -> None:
    if picture.width > WIDEST:
        survey.error(place, f"the picture is {picture.width} px wide, {WIDEST} is the most")
    if len(picture.data) > HEAVIEST:
        survey.error(place, f"the picture weighs {len(picture.data) / 1024:.1f} KB, {HEAVIEST // 1024} is the most")
    if f"(img/{picture.name}" not in shown:
        survey.warning(place, "no text shows this picture")


def _check_question(question: Question, survey: Survey) -> None:
    place = survey.places.get(question.uid)
    if place is None:
        return
    if question.kind is QuestionKind.SHORT:
        if not any(accepted.credit >= 100 for accepted in question.accepted):
            survey.error(place, "no right answer: no wording has the full credit")
        return
    if question.kind is QuestionKind.NUMERIC:
        return
    for problem in _choice_problems(question):
        survey.error(place, problem)
    for choice in question.choices:
        right = choice.right or (choice.credit is not None and choice.credit > 0)
        if not right and not choice.feedback:
            survey.warning(place, f'choice "{choice.uid}" is wrong and does not say why: "feedback" is missing')


def _choice_problems(question: Question) -> Iterator[str]:
    right = [choice for choice in question.choices if choice.right]
    best = [choice for choice in question.choices if choice.credit is not None and choice.credit >= 100]
    worth = sum((choice.credit for choice in question.choices if choice.credit is not None and choice.credit > 0), 0)
    if len(question.choices) < 2:
        yield f"a question of choices has at least 2, this one has {len(question.choices)}"
    if right and any(choice.credit is not None for choice in question.choices):
        yield '"right" or "credit" says what is right, not both in one question'
    elif question.kind is QuestionKind.SINGLE and len(right) + len(best) != 1:
        yield "no right answer" if not right and not best else f"{len(right) + len(best)} right answers in a question with a single one"
    elif question.kind is QuestionKind.MULTIPLE and not right and worth < 100:
        yield "no right answer: the credits of the right choices do not reach 100" if worth else "no right answer"
    for language in question.text:
        told = Counter(normalise(choice.text[language], case=True) for choice in question.choices if language in choice.text)
        for words, times in told.items():
            if times > 1:
                yield f'{times} choices say the same: "{_short(words)}"'


# The whole


def _check_groups(course: Course, survey: Survey) -> None:
    graded = [(kind, item) for kind, item in course.items() if kind is not ItemKind.LESSON]
    groups = {group.uid for group in course.groups}
    place = survey.places.get(course.uid)
    for kind, item in graded:
        group = getattr(item, "group", "")
        if item.uid in survey.places and group not in groups and (group or groups):
            survey.error(survey.places[item.uid], f'the {kind} is in group "{group}": the groups are {", ".join(sorted(groups)) or "none"}')
    if place is None or not course.groups:
        return
    total = sum(group.weight for group in course.groups)
    if total != 100:
        survey.error(place, f"the weights of the groups add up to {total}, not 100")
    for empty in sorted(groups - {getattr(item, "group", "") for _, item in graded}):
        survey.error(place, f'nothing is in group "{empty}": its weight would be spread over the others')


def _check_needs(course: Course, survey: Survey, known: set[str]) -> None:
    """Prerequisites name things that exist, and nothing waits for itself (rule C4: acyclic at publish)."""
    waits: dict[str, set[str]] = {}
    sources: list[tuple[str, Need | None]] = [(course.uid, course.needs), *((lesson.uid, lesson.needs) for lesson in course.lessons)]
    for lesson in course.lessons:
        for inner in (lesson.quiz, lesson.assignment):
            if inner:
                waits.setdefault(inner.uid, set()).add(lesson.uid)
    for uid, need in sources:
        wanted = set(need.items()) if need else set()
        for item in sorted(wanted):
            ours = item.partition("/")[0] == course.uid
            if (ours or item.partition("/")[0] in known) and item not in known and uid in survey.places:
                survey.error(survey.places[uid], f'"needs" names "{item}", which does not exist')
        waits.setdefault(uid, set()).update(item for item in wanted if item in survey.places)
    if cycle := _cycle(waits):
        survey.error(survey.places[cycle[0]], f"prerequisites go in a circle: {' needs '.join(cycle)}")


def _cycle(waits: Mapping[str, set[str]]) -> list[str]:
    """One circle, its first uid repeated at the end; empty where there is none."""
    done: set[str] = set()

    def walk(uid: str, way: list[str]) -> list[str]:
        if uid in way:
            return [*way[way.index(uid) :], uid]
        if uid in done:
            return []
        for following in sorted(waits.get(uid, ())):
            if found := walk(following, [*way, uid]):
                return found
        done.add(uid)
        return []

    return next((found for uid in sorted(waits) if (found := walk(uid, []))), [])


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:57] + "..."
