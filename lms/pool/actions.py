"""What changes the pool: the rule, a mentor's word, weighing, promotion, the person's own consent and leaving; news for graduates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from lms.cohorts.models import Enrolment
from lms.core import clock, fmt, jobs
from lms.core.db import added, db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import LANGUAGES, _, in_every_language
from lms.messages import actions as messages
from lms.people import actions as people
from lms.people.models import User
from lms.pool import policy, queries
from lms.pool.eligibility import Rules, ready
from lms.pool.eligibility import weigh as checks_of
from lms.pool.models import LONGEST_NEWS, NEWS_LIFE, WEIGHED, MemberState, MentorSignOff, News, PoolMember, RuleSet

CONSENT_VERSION = "1"
NOTICE = timedelta(days=7)  # before a rule that asks for more begins
WEIGH = "pool.weigh_everyone"
AT_A_TIME = 200


def set_rules(
    *, course: str, lower_bound: float, items: int, reason: str, by: User, starts_on: date | None = None, seen: int | None = None
) -> RuleSet:
    """A new version of the rule, for everyone from its first day on: now, where none is said. Who was invited before keeps theirs.

    A rule that asks for more is announced `NOTICE` before. `seen`: the newest version that `by` looked at; Refused where another one
    was made since. The same once more is the version that is there.
    """
    if not 0 < lower_bound < 1 or items < 1:
        raise Refused(_("The lowest share of right answers is between 0 and 1. One item or more is needed."))
    if not reason.strip():
        raise Refused(_("Write why. Trainees will read it."))
    made, today = queries.versions(), queries.today()
    newest = made[-1].version if made else Rules().version
    changed = RuleSet(
        version=newest + 1, course=course, lower_bound=lower_bound, items=items, starts_on=starts_on, reason=reason.strip(),
        made_at=clock.now(), made_by_id=by.id,
    )  # fmt: skip
    if made and _same(made[-1], changed):
        return made[-1]
    if seen not in (None, newest):
        raise Refused(_("Somebody changed the rule meanwhile. Look at it, then change it."))
    if changed.first_day < today:
        raise Refused(_("The first day cannot be over. It can start on %(day)s.", day=fmt.date(today)))
    if changed.rules.asks_more_than(queries.standing(made, today)[0]) and changed.first_day < today + NOTICE:
        raise Refused(_("This rule asks for more, so tell it before. It can start on %(day)s.", day=fmt.date(today + NOTICE)))
    if not added(changed):
        if _same(first := queries.versions()[-1], changed):  # two taps at the same moment
            return first
        raise Refused(_("Somebody changed the rule meanwhile. Look at it, then change it."))
    record(Kind.POOL_RULES_SET, changed, actor=by, version=changed.version)
    begins = datetime(changed.first_day.year, changed.first_day.month, changed.first_day.day, tzinfo=UTC)
    wait = max(0.0, (begins - clock.now()).total_seconds())
    jobs.enqueue(WEIGH, {"version": changed.version, "after": 0}, key=f"{WEIGH}:{changed.version}:0", delay=wait)
    return changed


def _same(there: RuleSet, wanted: RuleSet) -> bool:
    parts = ("course", "lower_bound", "items", "starts_on", "reason", "made_by_id")
    return all(getattr(there, part) == getattr(wanted, part) for part in parts)


def weigh_everyone(payload: dict[str, Any]) -> None:
    """A version of the rule began: everybody whom nobody has decided about is weighed by it, so many at a time."""
    version, after = payload["version"], payload["after"]
    if queries.rules().version != version:
        return
    waiting = select(User).join(PoolMember, PoolMember.id == User.id).where(PoolMember.state.in_(WEIGHED), PoolMember.id > after)
    people = db.session.scalars(waiting.order_by(PoolMember.id).limit(AT_A_TIME)).all()
    for person in people:
        weigh(person)
    if len(people) == AT_A_TIME:
        last = people[-1].id
        jobs.enqueue(WEIGH, {"version": version, "after": last}, key=f"{WEIGH}:{version}:{last}")


def sign_off(enrolment: Enrolment, *, by: User, sentence: str) -> MentorSignOff:
    """A mentor says that this trainee is ready. Saying it again changes nothing."""
    said = db.session.scalars(
        select(MentorSignOff).where(MentorSignOff.user_id == enrolment.user_id, MentorSignOff.mentor_id == by.id)
    ).one_or_none()
    if said is not None:
        return said
    said = MentorSignOff(user_id=enrolment.user_id, mentor_id=by.id, cohort_id=enrolment.cohort_id, sentence=_needed(sentence))
    db.session.add(said)
    record(Kind.POOL_SIGNED_OFF, said, actor=by, person=enrolment.user_id)
    return said


def _pool_of(member: PoolMember) -> dict[str, Any]:
    """What a word about the pool is about: the rule for her, her page of the pool for staff."""
    title = in_every_language(lambda _code: _("The work pool"))
    return {"title": title, "person": "/work/pool", "carer": f"/pool/{member.id}"}


def _needed(sentence: str) -> str:
    if not sentence.strip():
        raise Refused(_("Write a sentence. The person will read it."))
    return sentence.strip()


def weigh(person: User) -> PoolMember | None:
    """Compare a person with the rule of today. Whoever meets all of it but the consent is eligible; the first time is a fact.

    Run by many workers at once it is told once: the person's row is locked first. Somebody without the certificate and without an
    accepted item has no place yet. From the invitation on nothing is weighed: people decide.
    """
    db.session.execute(select(User.id).where(User.id == person.id).with_for_update(key_share=True))
    member = db.session.get(PoolMember, person.id, populate_existing=True, with_for_update=True)
    if member is not None and member.state not in WEIGHED:
        return member
    rules = queries.rules()
    values = queries.values_of(person, rules)
    if member is None:
        if not (values.certificate or values.accepted):
            return None
        member = PoolMember(id=person.id, state=MemberState.NONE)
        db.session.add(member)
    member.rule_version, member.values, member.weighed_at = rules.version, values.to_dict(), clock.now()
    member.state = MemberState.ELIGIBLE if ready(checks_of(values, rules)) else MemberState.NONE
    if member.state is MemberState.ELIGIBLE and member.eligible_at is None:
        member.eligible_at = clock.now()
        record(Kind.POOL_ELIGIBLE, member, rule=rules.version)
    return member


def promote(member: PoolMember, *, by: User, sentence: str) -> None:
    """Invite a person who meets the rule today, with the reason; one who left too, for who asks may come back. The row must be locked."""
    sentence = _needed(sentence)
    if by.id == member.id:
        raise Refused(_("Another person of the staff must decide about you."))
    if member.state not in (*WEIGHED, MemberState.EXITED):
        raise Refused(_("This person was invited already."))
    rules = queries.rules()
    values = queries.values_of(member.user, rules)
    if not ready(checks_of(values, rules)):
        raise Refused(_("This person does not meet the rule today."))
    member.rule_version, member.values, member.weighed_at = rules.version, values.to_dict(), clock.now()
    member.state, member.sentence, member.not_yet = MemberState.INVITED, sentence, None
    member.promoted_by_id, member.invited_at, member.consented_at, member.exited_at = by.id, clock.now(), None, None
    member.eligible_at = member.eligible_at or clock.now()
    record(Kind.POOL_INVITED, member, actor=by, rule=rules.version)
    messages.tell(member.user, by=by, text=sentence, about=_pool_of(member))


def promote_together(members: Sequence[PoolMember], *, by: User, sentence: str) -> None:
    """Invite all of these people or none, each with the same reason. The rows must be locked by the caller."""
    if not members:
        raise Refused(_("Tick one person or more."))
    for member in members:
        try:
            promote(member, by=by, sentence=sentence)
        except Refused as no:
            raise Refused(_("%(name)s: %(why)s", name=member.user.name, why=no.sentence)) from None


def say_not_yet(member: PoolMember, *, by: User, sentence: str) -> None:
    """Tell a person what to do first. The row must be locked by the caller."""
    if member.state not in WEIGHED:
        raise Refused(_("This person was invited already."))
    member.not_yet, member.not_yet_by_id, member.not_yet_at = _needed(sentence), by.id, clock.now()
    record(Kind.POOL_NOT_YET, member, actor=by)
    messages.tell(member.user, by=by, text=member.not_yet, about=_pool_of(member))


def agree(member: PoolMember, *, by: User, purposes: Collection[str], language: str) -> None:
    """The person joins, and agrees to those purposes that were ticked; each can be taken back. The row must be locked by the caller."""
    if by.id != member.id:
        raise Refused(_("Only you can agree for yourself."))
    if member.state is MemberState.ACTIVE:
        return
    if member.state is not MemberState.INVITED:
        raise Refused(_("You can join when we invite you."))
    for purpose in (queries.JOIN, *(one for one in queries.PURPOSES if one in purposes)):
        people.consent(by, purpose=purpose, version=CONSENT_VERSION, language=language)
    member.state, member.consented_at = MemberState.ACTIVE, clock.now()
    record(Kind.POOL_CONSENTED, member, actor=by)


def say_available(member: PoolMember, *, by: User, available: bool) -> None:
    """The person says whether they can take work now. Saying it again changes nothing. The row must be locked by the caller."""
    if by.id != member.id:
        raise Refused(_("Only you can say this for yourself."))
    if member.state is not MemberState.ACTIVE:
        raise Refused(_("You are not in the pool."))
    if member.available == available:
        return
    member.available = available
    record(Kind.POOL_AVAILABLE, member, actor=by, available=available)


def say_skills(member: PoolMember, *, by: User, words: str) -> None:
    """What the person can do, in her own words; none take them back. The same words again change nothing. The row must be locked."""
    if by.id != member.id:
        raise Refused(_("Only you can say this for yourself."))
    if member.state is MemberState.EXITED:
        raise Refused(_("You are not in the pool."))
    kept = words.strip() or None
    if kept == member.skills:
        return
    member.skills = kept
    record(Kind.POOL_SKILLS_SAID, member, actor=by)


def leave(member: PoolMember, *, by: User) -> None:
    """The person leaves; every consent given for the pool ends, and her own words go. Money that was earned stays owed.

    The row must be locked.
    """
    if by.id != member.id:
        raise Refused(_("Only you can leave for yourself."))
    if member.state is MemberState.EXITED:
        return
    if member.state not in (MemberState.INVITED, MemberState.ACTIVE):
        raise Refused(_("You are not in the pool."))
    for purpose in (queries.JOIN, *queries.PURPOSES):
        people.withdraw(by, purpose=purpose)
    member.state, member.exited_at, member.skills = MemberState.EXITED, clock.now(), None
    record(Kind.POOL_LEFT, member, actor=by)


def write_news(*, by: User, title: str, text: str, language: str, until: date) -> News:
    """A piece of news that is not published: for a look at it. Raises Refused where it cannot be published so."""
    title, text = title.strip(), text.replace("\r\n", "\n").strip()
    if not title or not text or len(text) > LONGEST_NEWS or language not in LANGUAGES:
        raise Refused(_("News has a title, a short text and a language."))
    today = policy.today_of(by)
    if not today <= until <= today + NEWS_LIFE:
        raise Refused(_("Choose a last day from today to %(day)s.", day=fmt.date(today + NEWS_LIFE)), at="until")
    return News(title=title, text=text, language=language, until=until, made_at=clock.now(), made_by_id=by.id)


def publish_news(*, by: User, title: str, text: str, language: str, until: date) -> News:
    """Show graduates a piece of news from now on. The same words in the same language, shown already, are the piece that is there."""
    made = write_news(by=by, title=title, text=text, language=language, until=until)
    db.session.execute(select(User.id).where(User.id == by.id).with_for_update(key_share=True))  # two taps at once publish it once
    same = select(News).where(News.title == made.title, News.text == made.text, News.language == made.language, News.until == made.until)
    there = db.session.scalars(same.where(News.taken_back_at.is_(None)).limit(1)).one_or_none()
    if there is not None:
        return there
    db.session.add(made)
    record(Kind.POOL_NEWS_PUBLISHED, made, actor=by, language=language)
    return made


def take_back_news(news: News, *, by: User) -> None:
    """Nobody but staff reads it any more. Doing it again changes nothing. The row must be locked by the caller."""
    if news.taken_back_at is not None:
        return
    news.taken_back_at = clock.now()
    record(Kind.POOL_NEWS_TAKEN_BACK, news, actor=by)
