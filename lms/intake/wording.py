"""Words for rounds and applications, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lms.core import fmt
from lms.core.i18n import LANGUAGES, _, _l
from lms.intake.models import Application, ApplicationState, Round, RoundState

ASKED = {
    "country": _l("Where do you live now?"),
    "language": _l("In which language do you want to learn?"),
    "device": _l("What do you have to learn with?"),
    "hours": _l("How many hours a week can you learn?"),
    "name": _l("What is your name?"),
    "contact": _l("How can we reach you?"),
}
WHY = {
    "country": _l("A country is enough. We do not ask where you come from."),
    "language": _l("You can change it later."),
    "device": _l("An old phone is enough."),
    "hours": _l("You choose the days yourself."),
    "name": _l("As people call you. You show no papers."),
    "contact": _l("You can leave it empty. Then look for our answer here."),
}
SHORT = {
    "country": _l("Country"), "language": _l("Language"), "device": _l("Learns with"), "hours": _l("Hours a week"), "name": _l("Name"),
    "contact": _l("Phone or email"),
}  # fmt: skip
GIVEN = {
    "device": {
        "own": _l("My own phone"), "shared": _l("A phone I share"), "computer": _l("A computer"), "none": _l("Nothing yet"),
    },
    "hours": {"few": _l("Less than 4 hours"), "some": _l("4 to 8 hours"), "many": _l("More than 8 hours")},
}  # fmt: skip
STATES = {
    ApplicationState.DRAFT: _l("Not sent yet"),
    ApplicationState.SUBMITTED: _l("To read"),
    ApplicationState.UNDER_REVIEW: _l("In review"),
    ApplicationState.NEEDS_INFO: _l("Waits for an answer"),
    ApplicationState.ACCEPTED: _l("Place promised"),
    ApplicationState.REJECTED: _l("No place"),
    ApplicationState.WITHDRAWN: _l("Taken back"),
    ApplicationState.ENROLLED: _l("Has a place"),
}
TOLD = {
    ApplicationState.SUBMITTED: _l("We have your application. Nobody has read it yet."),
    ApplicationState.UNDER_REVIEW: _l("We are reading your application."),
    ApplicationState.NEEDS_INFO: _l("We have a question for you."),
    ApplicationState.ACCEPTED: _l("You get a place. We prepare it now."),
    ApplicationState.REJECTED: _l("We have no place for you this time."),
    ApplicationState.WITHDRAWN: _l("You took your application back. Your answers are deleted."),
    ApplicationState.ENROLLED: _l("You have a place."),
}
STEPS = {
    "application.submitted": _l("You sent it"),
    "application.recommended": _l("Our partner read it"),
    "application.asked": _l("We asked you something"),
    "application.replied": _l("You answered"),
    "application.accepted": _l("You get a place"),
    "application.rejected": _l("No place this time"),
    "application.enrolled": _l("Your place is ready"),
    "application.withdrawn": _l("You took it back"),
}
ROUND_STATES = {RoundState.DRAFT: _l("Draft"), RoundState.OPEN: _l("Open to apply"), RoundState.CLOSED: _l("Closed to new people")}


def answer(question: str, value: str) -> str:
    """An answer as people read it."""
    if question == "country":
        return fmt.country(value) if value else ""
    if question == "language":
        return LANGUAGES[value].name if value in LANGUAGES else value
    return str(GIVEN[question].get(value, value)) if question in GIVEN else value


def languages(round: Round) -> list[tuple[str, str, str]]:
    """(code, name in its own script, direction) of each language of a round."""
    return [(code, LANGUAGES[code].name, LANGUAGES[code].direction) for code in round.languages if code in LANGUAGES]


def countries(codes: Iterable[str]) -> str:
    return _(", ").join(sorted(fmt.country(code) for code in codes))


def term(name: str, value: Any, cohorts: Mapping[int, str]) -> str:
    """One thing that a round says. `cohorts`: their names."""
    if name == "cohorts":
        return _(", ").join(cohorts.get(id, fmt.num(id)) for id in value)
    if name == "languages":
        return _(", ").join(LANGUAGES[code].name for code in value if code in LANGUAGES)
    return countries(value) if name == "countries" else fmt.date(value, weekday=False)


def state(application: Application) -> str:
    return str(STATES[application.state])
