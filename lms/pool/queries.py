"""Reading the pool: the rule that holds now, what is true of a person, who meets the rule and who does not yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date
from itertools import pairwise

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from lms.annotation import queries as annotation
from lms.catalogue import queries as catalogue
from lms.catalogue.plain import Text
from lms.cohorts import queries as cohorts
from lms.cohorts.policy import mentored_cohort_ids
from lms.core import clock
from lms.core.db import db
from lms.core.i18n import OFFERED
from lms.credentials import queries as credentials
from lms.payouts import queries as payouts
from lms.people import queries as people
from lms.people.models import User
from lms.pool import policy
from lms.pool.eligibility import Rules, Values
from lms.pool.models import MemberState, MentorSignOff, News, PoolMember, RuleSet

JOIN = "pool.join"
NEWS_SHOWN = 5  # pieces of each kind on a page
PURPOSES = ("pool.share_name", "pool.share_scores", "pool.keep_samples")  # each agreed to on its own


def rules() -> Rules:
    """The rule that holds now."""
    return rules_and_coming()[0]


def rules_and_coming() -> tuple[Rules, RuleSet | None]:
    """The rule that holds now, and the version that was announced and has not begun."""
    return standing(versions(), today())


def versions() -> Sequence[RuleSet]:
    """Every version that staff made, the oldest first."""
    return db.session.scalars(select(RuleSet).options(joinedload(RuleSet.made_by)).order_by(RuleSet.version)).all()


def standing(made: Sequence[RuleSet], day: date) -> tuple[Rules, RuleSet | None]:
    """The rule that holds on a day and the one that is to begin. A newer version takes the place of one that had not begun."""
    replaced = never_began(made)
    holds, waits = Rules(), None
    for one in made:
        if waits is not None and waits.version not in replaced:
            holds = waits.rules
        waits = one
    if waits is not None and waits.first_day <= day:
        return waits.rules, None
    return holds, waits


def never_began(made: Sequence[RuleSet]) -> set[int]:
    """Numbers of the versions whose place a newer one took before their first day."""
    return {one.version for one, newer in pairwise(made) if one.first_day > newer.made_at.astimezone(UTC).date()}


def today() -> date:
    """The day by which a version begins."""
    return clock.now().astimezone(UTC).date()


def values_of(person: User, rules: Rules) -> Values:
    """What is true of a person today."""
    practice = annotation.mock_summary(person)
    return Values(
        certificate=credentials.holds(person, rules.course),
        accepted=practice.accepted,
        skills=practice.lower_bound,
        sign_off=bool(db.session.scalar(select(exists().where(MentorSignOff.user_id == person.id)))),
        adult=bool(person.adult),
        payout_method=payouts.method_of(person) is not None,
        consent=people.consent_of(person, JOIN) is not None,
    )


def course_title(uid: str) -> Text:
    """The title of the course that the rule asks for; its uid where it was never published here."""
    version = catalogue.latest(uid)
    return catalogue.course(version.id).title if version else Text(en=uid)


def courses() -> list[tuple[str, Text]]:
    """Uid and title of the courses whose certificate the rule can ask for: those published here, and that of the rule of today."""
    asked = rules().course
    titles = {version.uid: catalogue.course(version.id).title for version in cohorts.newest_versions()}
    return sorted(({asked: Text(en=asked)} | titles).items())


def place_of(person: User) -> PoolMember | None:
    return db.session.get(PoolMember, person.id)


def sign_offs(person_id: int) -> Sequence[MentorSignOff]:
    """What mentors said about a person, the newest first."""
    return db.session.scalars(
        select(MentorSignOff)
        .where(MentorSignOff.user_id == person_id)
        .options(joinedload(MentorSignOff.mentor))
        .order_by(MentorSignOff.id.desc())
    ).all()


def seats_of(mentor: User) -> set[int]:
    """Ids of the cohorts a mentor has a seat in."""
    return set(db.session.scalars(mentored_cohort_ids(mentor)))


def locked(visible: Select[PoolMember], ids: Collection[int]) -> Sequence[PoolMember]:
    """These places, locked one after the other in one order, with their people."""
    found = visible.where(PoolMember.id.in_(ids)).order_by(PoolMember.id).with_for_update(of=PoolMember)
    return db.session.scalars(found.execution_options(populate_existing=True)).all()


def in_state(visible: Select[PoolMember], *states: MemberState) -> Select[PoolMember]:
    """Places in these states with their people; who has waited longest comes first."""
    return visible.where(PoolMember.state.in_(states)).options(joinedload(PoolMember.user)).order_by(PoolMember.eligible_at, PoolMember.id)


def newest(visible: Select[News]) -> Select[News]:
    """News for the staff's list: the newest first, with who wrote it."""
    return visible.options(joinedload(News.made_by)).order_by(News.id.desc())


def news_for(user: User, language: str) -> tuple[list[News], list[News]]:
    """The newest that this person reads today, then the newest in other languages. One statement.

    She reads the page's language, and her own where no page is made in it.
    """
    found = db.session.scalars(policy.news_for(user).order_by(News.id.desc()).limit(4 * NEWS_SHOWN)).all()
    wanted = {language} | {user.language}.difference(OFFERED)
    hers, others = ([one for one in found if (one.language in wanted) is mine] for mine in (True, False))
    return hers[:NEWS_SHOWN], others[:NEWS_SHOWN]
