"""Taking a quiz without script: begin, answer, look, send once; another's attempt is not found; retries by the rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.catalogue import quizzes
from lms.catalogue.courses import Quiz
from lms.cohorts.models import Enrolment
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind
from lms.learning import actions
from lms.learning.models import AttemptState, QuizAttempt, Reading
from lms.people.models import User
from tests.courses import publish_tiny
from tests.eight import at_once, eight_at_once, eight_browsers
from tests.learning.conftest import QUIZ, RIGHT, WRONG

LESSON = "tiny/labels"


def facts(rows: Callable[..., Any], kind: Kind) -> list[Fact]:
    return rows(select(Fact).where(Fact.kind == str(kind)))


def test_all_right_is_passed_and_scored_exactly(as_: Any, course: int, sent: Callable[..., int], rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    page = amina.page(f"{QUIZ}/{sent(amina)}/result")
    assert "Good. 5 of 5" in page
    assert "You passed." in page
    assert "Lesson 2. Write a rule" in page
    (attempt,) = rows(select(QuizAttempt))
    assert (attempt.state, attempt.points, attempt.possible, attempt.percent) == (AttemptState.SCORED, "5", 5, Fraction(100))
    assert [fact.data["quiz"] for fact in facts(rows, Kind.QUIZ_PASSED)] == ["tiny/labels-quiz"]
    assert len(facts(rows, Kind.QUIZ_SENT)) == 1


def test_each_wrong_answer_is_explained(as_: Any, course: int, sent: Callable[..., int], rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    page = amina.page(f"{QUIZ}/{sent(amina, WRONG)}/result")
    assert "Not yet. 0 of 5" in page
    for said in ("No. The phone only shows the data.", "No. The price is not a part.", "Look at the word in bold.", "First 7 times 4"):
        assert said in page
    assert "You answered: picture" in page
    assert "<p>You write the right answer beside an example.</p>" in page, "a question is told whole, as it was asked"
    assert re.search(r"<pre[^>]*>.*print.*</pre>", page, re.DOTALL)
    assert "Try again" in page
    assert facts(rows, Kind.QUIZ_PASSED) == []


def test_half_of_a_question_counts_half(as_: Any, course: int, sent: Callable[..., int]) -> None:
    amina = as_("amina")
    page = amina.page(f"{QUIZ}/{sent(amina, {**RIGHT, 'parts': ['data']})}/result")
    assert "Good. 4 of 5" in page
    assert "In part, 1 of 2" in page


def test_an_answer_may_be_left_out_and_changed(as_: Any, course: int, answered: Callable[..., int], rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    id = answered(amina, {"what": "phone"})
    assert "3 questions have no answer." in amina.page(f"{QUIZ}/{id}/answers")
    at = next(n for n in range(1, 5) if "What is a label?" in amina.page(f"{QUIZ}/{id}/{n}"))
    assert re.search(r'value="phone" checked', amina.page(f"{QUIZ}/{id}/{at}"))
    amina.post(f"{QUIZ}/{id}/{at}", data={"answer": "answer"})
    assert {"tiny/labels-quiz/what": "answer"}.items() <= rows(select(QuizAttempt))[0].answers.items()


def test_the_order_is_the_same_after_a_reload_and_another_for_another(as_: Any, course: int) -> None:
    amina = as_("amina")
    where = amina.post(QUIZ).location
    order = [re.findall(r'name="answer" value="(\w+)"', amina.page(f"{where[:-1]}{n}")) for n in range(1, 5)]
    assert order == [re.findall(r'name="answer" value="(\w+)"', amina.page(f"{where[:-1]}{n}")) for n in range(1, 5)]
    assert sorted(len(each) for each in order) == [0, 0, 3, 3]


def test_the_questions_in_arabic(as_: Any, course: int, sent: Callable[..., int]) -> None:
    amina = as_("amina")
    amina.post("/language", data={"lang": "ar"})
    id = sent(amina, {**RIGHT, "word": "وسم"})
    page = amina.page(f"{QUIZ}/{id}/result")
    assert '<html lang="ar" dir="rtl">' in page
    assert "ما هو الوسم؟" in page
    assert "نعم. إنه وسم." in page


def test_code_in_a_question_stays_code(as_: Any, course: int, answered: Callable[..., int]) -> None:
    amina = as_("amina")
    id = answered(amina)
    page = next(text for n in range(1, 5) if "Which number" in (text := amina.page(f"{QUIZ}/{id}/{n}")))
    assert "<h1>Which number do you see?</h1>" in page
    assert '<pre tabindex="0" dir="ltr"><code>print(7 * 4 + 2)</code></pre>' in page


def test_beginning_marks_the_lesson_read_and_twice_is_one_attempt(as_: Any, course: int, rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    assert amina.post(QUIZ).location == amina.post(QUIZ).location
    assert len(rows(select(QuizAttempt))) == 1
    assert [row.lesson_uid for row in rows(select(Reading))] == [LESSON]


def test_a_second_tap_sends_nothing_more(as_: Any, course: int, sent: Callable[..., int], rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    id = sent(amina)
    assert amina.post(f"{QUIZ}/{id}/answers").location == f"{QUIZ}/{id}/result"
    assert len(facts(rows, Kind.QUIZ_SENT)) == 1


def test_what_was_sent_cannot_be_changed(as_: Any, course: int, sent: Callable[..., int], rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    id = sent(amina)
    before = rows(select(QuizAttempt))[0].answers
    refused = amina.post(f"{QUIZ}/{id}/1", data={}, headers={"Referer": f"http://localhost{QUIZ}/{id}/1"})
    assert refused.location == f"{QUIZ}/{id}/1"
    assert "You sent these answers already." in amina.get(f"{QUIZ}/{id}/1", follow_redirects=True).get_data(as_text=True)
    assert amina.get(f"{QUIZ}/{id}/answers").location == f"{QUIZ}/{id}/result"
    assert rows(select(QuizAttempt))[0].answers == before


def test_a_result_before_it_was_sent_leads_to_the_answers(as_: Any, course: int, answered: Callable[..., int]) -> None:
    amina = as_("amina")
    id = answered(amina)
    assert amina.get(f"{QUIZ}/{id}/result").location == f"{QUIZ}/{id}/answers"


@pytest.mark.parametrize("page", ["1", "answers", "result"])
def test_anothers_attempt_is_not_found(as_: Any, course: int, answered: Callable[..., int], page: str) -> None:
    id = answered(as_("amina"))
    hana = as_("hana")
    assert hana.get(f"{QUIZ}/{id}/{page}").status_code == 404
    if page != "result":
        assert hana.post(f"{QUIZ}/{id}/{page}", data={"answer": "answer"}).status_code == 404
    assert as_("bilal").get(f"{QUIZ}/{id}/{page}").status_code == 403


@pytest.mark.parametrize("page", ["0", "5", "999"])
def test_a_question_that_is_not_there_is_not_found(as_: Any, course: int, answered: Callable[..., int], page: str) -> None:
    amina = as_("amina")
    assert amina.get(f"{QUIZ}/{answered(amina)}/{page}").status_code == 404


def test_an_attempt_answers_under_its_own_lesson_only(as_: Any, course: int, answered: Callable[..., int]) -> None:
    amina = as_("amina")
    assert amina.get(f"/learn/tiny/rules/quiz/{answered(amina)}/1").status_code == 404


def test_a_choice_that_is_none_is_given_back(as_: Any, course: int, rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    where = amina.post(QUIZ).location
    at = next(n for n in range(1, 5) if "What is a label?" in amina.page(f"{where[:-1]}{n}"))
    answer = amina.post(f"{where[:-1]}{at}", data={"answer": "no-such-choice"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.get_data(as_text=True)
    assert rows(select(QuizAttempt))[0].answers == {}


def at_number(client: Any, where: str) -> str:
    """The address of the question that asks for a number."""
    return next(f"{where[:-1]}{n}" for n in range(1, 5) if "Which number" in client.page(f"{where[:-1]}{n}"))


@pytest.mark.parametrize("typed", ["about 150", "150 or 160", "one", "1.2.3", "12 apples"])
def test_words_are_no_number(as_: Any, course: int, rows: Callable[..., Any], typed: str) -> None:
    amina = as_("amina")
    where = at_number(amina, amina.post(QUIZ).location)
    refused = amina.post(where, data={"answer": typed})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Write only a number. For example: 12.5" in page
    assert f'value="{typed}"' in page
    assert rows(select(QuizAttempt))[0].answers == {}


@pytest.mark.parametrize("typed", ["150", "١٥٠", "۱۵۰", "12,5", "١٢٫٥", "1,250", "-3", ""])
def test_a_number_in_any_digits_is_one(as_: Any, course: int, typed: str) -> None:
    amina = as_("amina")
    assert amina.post(at_number(amina, amina.post(QUIZ).location), data={"answer": typed}).status_code == 303


def test_only_what_was_answered_is_painted_as_done(as_: Any, course: int, answered: Callable[..., int]) -> None:
    amina = as_("amina")
    id = answered(amina, {"word": "a label"})
    bars = [re.findall(r"<li( class=\"\w+\")?></li>", amina.page(f"{QUIZ}/{id}/{n}")) for n in range(1, 5)]
    assert [bar.count(' class="now"') for bar in bars] == [1, 1, 1, 1]
    assert sorted(bar.count(' class="done"') for bar in bars) == [0, 1, 1, 1]


def test_tries_end_where_the_quiz_says(as_: Any, course: int, sent: Callable[..., int], rows: Callable[..., Any]) -> None:
    amina = as_("amina")
    sent(amina, WRONG)
    page = amina.page(f"{QUIZ}/{sent(amina, WRONG)}/result")
    assert "You answered these questions 2 times. Ask your mentor for help." in page
    refused = amina.post(QUIZ, headers={"Referer": f"http://localhost{QUIZ}"})
    assert refused.location == QUIZ
    assert "You answered these questions 2 times." in amina.page(QUIZ)
    assert [row.number for row in rows(select(QuizAttempt).order_by(QuizAttempt.number))] == [1, 2]


NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "cooldown", "minutes_ago", "begins"),
    [
        (0, 0, [1] * 50, ""),
        (2, 0, [9], ""),
        (2, 0, [9, 5], "2 times"),
        (0, 30, [29], "1 minute"),
        (0, 30, [30], ""),
        (0, 90, [1], "1 hour"),
    ],
)
def test_the_rule_of_retries(app: Flask, attempts: int, cooldown: int, minutes_ago: list[int], begins: str) -> None:
    quiz = Quiz("q", {}, (), attempts=attempts, cooldown=cooldown)  # type: ignore[arg-type]
    with app.test_request_context():
        said = actions.why_not_again(quiz, [NOON - timedelta(minutes=ago) for ago in minutes_ago], NOON)
    assert begins in said
    assert bool(said) == bool(begins)


def begun(app: Flask) -> int:
    """The tiny course in a school of its own, and amina's open attempt."""
    world = app.extensions["world"]
    with app.app_context(), transaction(write=True):
        version = publish_tiny(world)
        enrolment, amina = db.session.get_one(Enrolment, world.enrolment), db.session.get_one(User, world.amina)
        return actions.begin(enrolment, catalogue.course(version).lessons[0], version, by=amina).id


def quiz_of(attempt: QuizAttempt) -> Quiz:
    found = catalogue.course(attempt.version_id).quiz(attempt.quiz_uid)
    assert found is not None
    return found


def test_eight_taps_send_and_score_once(either_school: Flask) -> None:
    id = begun(either_school)
    world: SimpleNamespace = either_school.extensions["world"]

    def tap(_n: int) -> bool:
        attempt = db.session.get_one(QuizAttempt, id)
        return actions.send(attempt, quiz_of(attempt), by=db.session.get_one(User, world.amina))

    assert sorted(eight_at_once(either_school, tap)) == [False] * 7 + [True]
    with either_school.app_context():
        assert len(db.session.scalars(select(Fact).where(Fact.kind == str(Kind.QUIZ_SENT))).all()) == 1


def test_answers_sent_at_once_are_all_kept(either_school: Flask) -> None:
    """Through the page, whose lock it is: each question from two tabs."""
    id = begun(either_school)
    with either_school.app_context():
        attempt = db.session.get_one(QuizAttempt, id)
        order = [question.uid.rpartition("/")[2] for question in quizzes.questions_of(quiz_of(attempt), attempt.seed)]
    clients = eight_browsers(either_school, "amina")

    def tap(n: int) -> int:
        place = n % len(order)
        return int(clients[n].post(f"{QUIZ}/{id}/{place + 1}", data={"answer": RIGHT[order[place]]}).status_code)

    assert at_once(tap, range(8)) == [303] * 8
    with either_school.app_context():
        assert len(db.session.get_one(QuizAttempt, id).answers) == len(order) == 4


def test_an_answer_never_lands_behind_the_sending(either_school: Flask) -> None:
    """What was scored is what stays: an answer that comes later is refused, whoever read the attempt before."""
    id = begun(either_school)
    world: SimpleNamespace = either_school.extensions["world"]

    def tap(n: int) -> dict[str, Any] | None:
        attempt = db.session.scalars(select(QuizAttempt).where(QuizAttempt.id == id).with_for_update()).one()
        if n != 3:
            actions.answer(attempt, f"q{n}", str(n))
            return None
        actions.send(attempt, quiz_of(attempt), by=db.session.get_one(User, world.amina))
        return dict(attempt.answers)

    scored = eight_at_once(either_school, tap, but=Refused)[3]
    with either_school.app_context():
        assert db.session.get_one(QuizAttempt, id).answers == scored


def test_eight_taps_begin_one_attempt(either_school: Flask) -> None:
    world: SimpleNamespace = either_school.extensions["world"]
    with either_school.app_context(), transaction(write=True):
        version = publish_tiny(world)

    def tap(_n: int) -> int:
        enrolment, amina = db.session.get_one(Enrolment, world.enrolment), db.session.get_one(User, world.amina)
        return actions.begin(enrolment, catalogue.course(version).lessons[0], version, by=amina).id

    assert len(set(eight_at_once(either_school, tap))) == 1
    with either_school.app_context():
        assert len(db.session.scalars(select(Reading)).all()) == 1
