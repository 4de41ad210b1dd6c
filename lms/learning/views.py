"""Today, the courses, the road of one, and its lessons."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.annotation.offers import offers
from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Course, Lesson, Rubric
from lms.cohorts import queries as cohorts
from lms.core import clock, fmt, phone
from lms.core.access import Role, me, only
from lms.core.i18n import _, language
from lms.core.pages import asset, unchanged
from lms.core.reading import reading
from lms.core.stored import Shelf
from lms.learning import actions, naming, opening, progress, queries, road, saving
from lms.learning import today as days
from lms.learning.forms import SendForm
from lms.learning.heard import heard
from lms.learning.queries import OpenStudy, Study
from lms.people.models import User

bp = Blueprint("learning", __name__)
# Grading stands below and knows no progress: it asks the rules that a higher room leaves here.
bp.record_once(lambda state: state.app.extensions.setdefault("task_rules", []).append(opening.is_closed))
bp.record_once(lambda state: state.app.extensions.update(lessons=Shelf()))

# Me stands below too, and tells how far a person is.
bp.record_once(lambda state: state.app.extensions.update(progress_of=progress_of))

# What a lesson's page is made of, beside its text.
SHELL = ("base.html", "_macros.html", "_trainee.html", "_phone.html", "learning/lesson.html")


class Leaf(NamedTuple):
    """One sheet of a week's booklet."""

    name: str
    html: str
    spoken: str
    rubric: Rubric | None = None

    @property
    def printed(self) -> Markup:
        """Sanitised at publish. A picture that waits until it is scrolled to would be missing on paper."""
        return Markup(self.html.replace(' loading="lazy"', ""))  # noqa: S704


@bp.get("/today")
@only(Role.TRAINEE)
@phone.kept
def today() -> ResponseReturnValue:
    """The next step, known in three seconds; then what is quiet."""
    person, studies = me(), queries.studies(me())
    following, said = days.next_of(studies), heard(person)
    work = offers(person, begun=not days.leaves_time(following))
    return render_template(
        "learning/today.html",
        person=person, studies=studies, next=following, work=days.work_instead(following, work),
        part_of_day=days.part_of_day(clock.now().astimezone(ZoneInfo(person.zone))), first_day=days.is_first_day(studies),
        study_days=days.study_days(person, [moment for study in studies for moment in study.active]), goal=days.GOAL,
        latest=days.still_said(said.mark, studies), word=said.word, next_class=days.next_class(person, studies),
    )  # fmt: skip


@bp.get("/learn")
@only(Role.TRAINEE)
@phone.kept
def courses() -> ResponseReturnValue:
    """Every course she is in, with how far she came."""
    studies = queries.studies(me())
    return render_template(
        "learning/courses.html",
        rows=[(study, progress.percent(study.course, study.facts)) for study in studies],
        next=days.next_of(studies),
    )  # fmt: skip


def progress_of(person: User) -> list[tuple[str, str, str]]:
    """(title, address, how far) of every course this person is in."""
    return [
        (
            study.course.title.in_language(language()),
            url_for("learning.course", course=study.course.uid),
            _("%(percent)s done", percent=fmt.percent(progress.percent(study.course, study.facts) / 100)),
        )
        for study in queries.studies(person)
    ]


@bp.get("/learn/<course>")
@only(Role.TRAINEE)
@phone.kept
def course(course: str) -> ResponseReturnValue:
    """The road of one course."""
    study = queries.study(me(), course) or abort(404)
    following = days.next_in(study)
    return render_template(
        "learning/course.html",
        study=study, next=following, weeks=list(road.weeks(study, following.step)),
        percent=progress.percent(study.course, study.facts), saved=saving.of_week,
        open_weeks={shown.week for shown in study.course.lessons if not opening.closed(study, shown)},
    )  # fmt: skip


@bp.get("/learn/<course>/weeks/<int:week>")
@only(Role.TRAINEE)
def booklet(course: str, week: int) -> ResponseReturnValue:
    """A week on paper: what is open of it, every lesson and task on a sheet of its own. No phone keeps it: the lessons are kept."""
    study = queries.study(me(), course) or abort(404)
    here = [shown for shown in study.course.lessons if shown.week == week] or abort(404)
    opened = [shown for shown in here if not opening.closed(study, shown)]
    leaves = [leaf for shown in opened for leaf in leaves_of(study, shown)]
    return render_template("learning/booklet.html", study=study, week=week, leaves=leaves, more=len(opened) < len(here))


@bp.get("/learn/<course>/<lesson>")
@only(Role.TRAINEE)
@phone.kept
def lesson(course: str, lesson: str) -> ResponseReturnValue:
    """The text. The page holds nothing about its reader but whose phone it is: the phone keeps it and asks only whether it changed."""
    place = cohorts.place_to_read(me(), course) or abort(404)
    learnt = catalogue.course_with(place.content_hash)
    shown = lesson_of(learnt, lesson)
    if why := opening.why_unread(me(), place, learnt, shown):
        return closed_page(learnt, shown, why)
    name = page_name(place.content_hash, shown.uid)
    tag = name + phone.key()
    if unchanged(tag):
        return kept(Response(status=304), tag)
    if "_flashes" in session:  # told once, to her alone
        return kept(lesson_page(place.version_id, learnt, shown), tag)
    return kept(current_app.extensions["lessons"].answer(name, phone.key(), lambda: lesson_page(place.version_id, learnt, shown)), tag)


@bp.get("/learn/<course>/<lesson>/done")
@only(Role.TRAINEE)
@phone.kept
def done(course: str, lesson: str) -> ResponseReturnValue:
    """The end of a lesson that asks nothing: one button says that it was read."""
    study, shown = studied(course, lesson)
    number = study.course.lessons.index(shown) + 1
    return render_template("learning/done.html", study=study, lesson=shown, number=number, form=SendForm())


@bp.post("/learn/<course>/<lesson>/done")
@only(Role.TRAINEE)
def mark_read(course: str, lesson: str) -> ResponseReturnValue:
    """She read it. Then the road, with the next step framed."""
    study, shown = studied(course, lesson)
    if opening.closed(study, shown):  # raised: what a queue brought has not arrived by being led elsewhere
        abort(redirect(url_for("learning.lesson", course=course, lesson=lesson), 303))
    actions.read(study.enrolment, shown, by=me(), at=phone.written_at())
    flash(_("You read lesson %(n)s.", n=fmt.num(study.course.lessons.index(shown) + 1)), "ok")
    return redirect(url_for("learning.course", course=course), 303)


def studied(course: str, lesson: str) -> tuple[OpenStudy, Lesson]:
    """A course that this person learns and a lesson of it, else 404."""
    study = queries.study(me(), course) or abort(404)
    return study, lesson_of(study.course, lesson)


def lesson_of(course: Course, slug: str) -> Lesson:
    """The lesson at this address, else 404."""
    return course.lesson(f"{course.uid}/{slug}") or abort(404)


def closed_page(course: Course, lesson: Lesson, why: opening.Closed) -> ResponseReturnValue:
    """What is missing, each with the way to it. Not an error: she may come back. No phone keeps it in the place of what opens later."""
    hers = {place.version.uid for place in cohorts.places_of(me())} if why.needs else ()
    page = render_template("learning/closed.html", course=course, lesson=lesson, why=why, ways=naming.ways(course, why.needs, hers))
    return Response(page, headers={"X-Offline": "no"})


def lesson_page(version_id: int, learnt: Course, shown: Lesson) -> str:
    """The whole page of an open lesson."""
    html, spoken = catalogue.lesson_html(version_id, shown.uid, language())
    number = learnt.lessons.index(shown) + 1
    return render_template(
        "learning/lesson.html", course=learnt, lesson=shown, number=number, html=Markup(html), spoken=spoken,  # noqa: S704  sanitised at publish
        before=learnt.lessons[number - 2] if number > 1 else None, after=learnt.lessons[number] if number < len(learnt.lessons) else None,
    )  # fmt: skip


def leaves_of(study: Study, shown: Lesson) -> list[Leaf]:
    """A lesson, and its task if that is open too, as they are printed."""
    number = study.course.lessons.index(shown) + 1
    name = _("Lesson %(n)s. %(title)s", n=fmt.num(number), title=shown.title.in_language(language()))
    html, spoken = catalogue.lesson_html(study.version.id, shown.uid, language())
    leaves = [Leaf(name, html, spoken)]
    if (task := shown.assignment) and not opening.closed(study, shown, task):
        html, spoken = catalogue.assignment_html(study.version.id, task.uid, language())
        leaves.append(Leaf(task.title.in_language(language()), html, spoken, task.rubric))
    return leaves


def page_name(content_hash: str, uid: str) -> str:
    """What a lesson's page is made of, in 16 signs: the version, the lesson, the language, her reading, roles and phone, the shell.

    A sentence waiting to be told makes the page another one. With the phone's key behind it, it is the page's strong ETag.
    """
    told, own = session.get("_flashes", ""), "own" if phone.key() else ""
    made_of = (content_hash, uid, language(), reading().key, ",".join(sorted(me().roles)), own, shell_version(), str(told))
    return sha256("\0".join(made_of).encode()).hexdigest()[:16]


def shell_version() -> str:
    """One word for everything round a lesson's text: templates, sheet, script, words. Made once for each application."""
    app = current_app
    if "lesson_shell" not in app.extensions:
        loader = app.jinja_env.loader
        assert loader is not None
        parts = [loader.get_source(app.jinja_env, name)[0] for name in SHELL]
        parts += [*app.extensions["sheets"].hashes("lesson"), app.config["SITE_NAME"]]
        parts += [asset(f"js/{name}.js") for name in ("app", "queue", "phone")]
        words = sorted(Path(app.config["BABEL_TRANSLATION_DIRECTORIES"]).rglob("*.mo"))
        made_of = b"\0".join([*(part.encode() for part in parts), *(file.read_bytes() for file in words)])
        app.extensions["lesson_shell"] = sha256(made_of).hexdigest()[:16]
    return str(app.extensions["lesson_shell"])


def kept(answer: Response | str, tag: str) -> Response:
    """A page that an own phone may keep and must ask about: 304 with the same tag. A shared one keeps nothing."""
    answer = current_app.make_response(answer)
    answer.set_etag(f"{tag}:{encoding}" if (encoding := answer.headers.get("Content-Encoding")) else tag)
    answer.headers["Cache-Control"] = "private, no-cache" if phone.key() else "no-store"
    return answer
