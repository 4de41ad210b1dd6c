"""What people of the demo school write to each other, what a mentor notes for those who come after, and words kept for comments."""

from __future__ import annotations

from lms.cohorts import queries as cohort_queries
from lms.core import clock
from lms.core.db import transaction
from lms.demo.study import person
from lms.grading import phrases
from lms.learning.notes import write_note
from lms.messages import actions as messages
from lms.people import actions as people
from lms.people.reaching import Way

WELCOME = "Welcome to the course. Begin with lesson 1, it takes 20 minutes. Write to me when something is not clear."
CALL = "I have not seen your work for some days. How are you? Tell me what would help."
BACK = "We had no power for a week. It is better now. I start again on Monday."
QUESTION = "In the shelf picture: is the cup behind the jar a whole box, or only the part that I see?"
PHRASES = (
    ("Say which label is right, and write the rule for it.", "اذكر أي تسمية هي الصحيحة، واكتب القاعدة التي تحددها."),
    ("Your hard case is well chosen. Go on like this.", ""),
)
NOTE = "Wrote to me on Sunday. A week without power, now it is better. Wants to go on: show the saved lessons in the next class."


def write(to: list[str], text: str, *, by: str) -> None:
    """A mentor writes to people who learn."""
    with transaction(write=True):
        messages.write([person(name) for name in to], by=person(by), texts={"en": text})


def ask(name: str, text: str, *, of: str) -> None:
    """Somebody who learns writes to a mentor."""
    with transaction(write=True):
        messages.ask(person(of), by=person(name), text=text)


def let_reach(name: str, way: Way) -> None:
    """Somebody who learns ticks one way by which the school may reach her."""
    with transaction(write=True):
        people.let_reach(person(name), {way}, language="en", at=clock.now())


def note(cohort_id: int, name: str, text: str, *, by: str) -> None:
    """A mentor writes down what others who look after this person should know."""
    with transaction(write=True):
        place = next(one for one in cohort_queries.enrolments_in(cohort_id) if one.user.name == name)
        write_note(place, by=person(by), text=text)


def keep_phrases(*, by: str) -> None:
    """A mentor keeps words for the next comments, one of them in Arabic too."""
    with transaction(write=True):
        for text, other in PHRASES:
            phrases.keep(by=person(by), text=text, other=other, language="ar" if other else "")
