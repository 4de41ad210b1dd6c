"""The pool of the demo school: its rule, who is ready, who is in it and shows a certificate; news for those who are."""

from __future__ import annotations

from datetime import timedelta

from lms.cohorts import queries as cohort_queries
from lms.core import clock, jobs
from lms.core.db import transaction
from lms.credentials import actions as credentials
from lms.credentials import queries as credential_queries
from lms.demo.study import person
from lms.pool import actions as pool
from lms.pool import queries as pool_queries

ITEMS = 5  # the product asks for 40; five can be done by hand in a quarter of an hour
NEWS = {
    "ar": (
        "عرض الشهادة على صاحب عمل",
        "الشهادات موجودة في «صفحتي». يمكن إنشاء رابط هناك وإرساله.\nيظهر في الرابط ما توضع عليه علامة فقط.\n\n"
        "يمكن إيقاف المشاركة في أي يوم.",
    ),
    "en": (
        "Show your certificate to an employer",
        "Open Me, then Certificates. Make a link there and send it.\nThe link shows only what you tick.\n\n"
        "You can stop sharing on any day.",
    ),
}
WHY = "This school is small. Five items show how the work goes."
LOWER_BOUND = 0.20  # what one right answer to gold proves


def set_rule(*, by: str) -> None:
    """A rule that a visitor of the demo can meet in one sitting."""
    with transaction(write=True):
        pool.set_rules(course="annotation-basics", lower_bound=LOWER_BOUND, items=ITEMS, reason=WHY, by=person(by))


def sign_off(cohort_id: int, name: str, *, by: str) -> None:
    """A mentor says that a trainee is ready."""
    with transaction(write=True):
        enrolment = next(one for one in cohort_queries.enrolments_in(cohort_id) if one.user.name == name)
        pool.sign_off(enrolment, by=person(by), sentence="Careful with hard cases, and asks when a rule is missing.")
    jobs.drain()


def hire(name: str, *, by: str) -> None:
    """Staff invite a person who meets the rule, and she joins."""
    with transaction(write=True):
        member = pool_queries.place_of(person(name))
        if member is None:
            raise LookupError(name)
        pool.promote(member, by=person(by), sentence="Ten boxes without a mistake, and a mentor who vouches for the work.")
        pool.agree(member, by=person(name), purposes=["pool.share_scores"], language="en")
        pool.say_skills(member, by=person(name), words="I speak Luo, Swahili and English. Mornings are best for me.")
    jobs.drain()


def share(name: str) -> None:
    """She makes a link to her newest certificate, with her name, for three months."""
    with transaction(write=True):
        newest = credential_queries.certificates_of(person(name))[0]
        credentials.make_link(newest, name=True, pdf=True, months=3, by=person(name))


def tell_graduates(*, by: str) -> None:
    """The same news in two languages, for eight weeks."""
    until = (clock.now() + timedelta(weeks=8)).date()
    with transaction(write=True):
        for language, (title, text) in NEWS.items():
            pool.publish_news(by=person(by), title=title, text=text, language=language, until=until)
