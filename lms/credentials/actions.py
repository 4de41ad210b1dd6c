"""What changes a certificate: being given, corrected, taken back, and its holder's ticks."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import asdict
from datetime import date
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Course
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Enrolment, EnrolmentState
from lms.core import clock, i18n, jobs
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.credentials import letters, queries, rendering, signing
from lms.credentials.models import Credential, ShareLink, Sharing, State
from lms.people.models import User

# The two languages of the sheet; its fixed words lie beside the design.
MENTOR = {"en": "Mentor", "ar": "الإرشاد والتقييم"}
PROGRAMME = {"en": "Programme", "ar": "إدارة البرنامج"}


def issue(enrolment_id: int) -> list[Credential]:
    """Give a certificate for each course of a completed enrolment that has none yet; those given now.

    However often and from however many workers it is said: the enrolment is locked first, and the database keeps one standing
    certificate for each course of a place. An enrolment that is not completed gives nothing.
    """
    place = db.session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update()).one_or_none()
    if place is None or place.state is not EnrolmentState.COMPLETED:
        return []
    given = set(
        db.session.scalars(select(Credential.course_uid).where(Credential.enrolment_id == place.id, Credential.state != State.SUPERSEDED))
    )
    return [
        _give(place, version.id, catalogue.course(version.id)) for version in cohorts.pinned(place.cohort_id) if version.uid not in given
    ]


def _give(place: Enrolment, version_id: int, course: Course) -> Credential:
    mentors = cohorts.mentors_of(place.cohort)
    issuer = current_app.config["SITE_NAME"]
    credential = Credential(
        user_id=place.user_id,
        enrolment_id=place.id,
        course_uid=course.uid,
        version_id=version_id,
        title=dict(course.title),
        hours=course.hours,
        lessons=len(course.lessons),
        tasks=sum(lesson.assignment is not None for lesson in course.lessons),
        skills=[dict(skill) for skill in course.skills],
        criteria=[dict(criterion) for criterion in course.criteria],
        level=course.cefr,
        issuer=issuer,
        signer=mentors[0].certificate_name() if mentors else issuer,
        signer_role=MENTOR if mentors else PROGRAMME,
        issued_on=_today(place),
    )
    _name(credential, place.user)
    return _add(credential, by=None)


def _today(place: Enrolment) -> date:
    """The day on which the place was completed, where its cohort is."""
    return (place.completed_at or clock.now()).astimezone(ZoneInfo(place.cohort.zone)).date()


def _name(credential: Credential, person: User) -> None:
    credential.latin_name = person.certificate_name()
    credential.own_name = person.own_name
    # The language of the pages tells the shapes of letters only where it is written in the script of the name.
    same_script = i18n.direction(person.language) == "rtl" == letters.direction(person.own_name or "")
    credential.name_language = person.language if same_script else ""


def _add(credential: Credential, *, by: User | None) -> Credential:
    signing.make_ready()
    credential.status_list, credential.status_index = signing.free_place()
    db.session.add(credential)
    record(Kind.CREDENTIAL_ISSUED, credential, actor=by, person=credential.user_id, enrolment=credential.enrolment_id)
    print_sheet(credential)
    return credential


def print_sheet(credential: Credential) -> None:
    """Have the sheet printed by a worker. The same content is printed once."""
    jobs.enqueue(rendering.RENDER, {"credential": credential.id}, key=f"{rendering.RENDER}:{credential.id}:{rendering.digest(credential)}")


def reissue(credential: Credential, *, by: User) -> Credential:
    """The same certificate with the name as the person writes it now. The old code goes on answering: it names the new one.

    The row must be locked by the caller. Raises Refused where nothing would change or the certificate does not stand.
    """
    if credential.state is not State.VALID:
        raise Refused(_("This certificate is not valid any more. It cannot be corrected."))
    person = credential.user
    if (person.certificate_name(), person.own_name) == (credential.latin_name, credential.own_name):
        raise Refused(_("The name on the certificate is the name on the person's page. Change it there first."))
    copied = {column.key: getattr(credential, column.key) for column in Credential.__table__.columns if column.key not in NEW_ON_REISSUE}
    fresh = Credential(**copied)
    _name(fresh, person)
    credential.state = State.SUPERSEDED
    db.session.flush()  # the old one lets go of its place before the new one takes it
    _add(fresh, by=by)
    credential.successor = fresh.code
    record(Kind.CREDENTIAL_SUPERSEDED, credential, actor=by, by=fresh.id)
    return fresh


NEW_ON_REISSUE = frozenset(
    {
        "id", "code", "status_list", "status_index", "sheet_id", "trouble", "trouble_with", "made_at",
        "latin_name", "own_name", "name_language",
    }
)  # fmt: skip


def revoke(credential: Credential, *, by: User, reason: str) -> None:
    """Take a certificate back, from today, with a reason that strangers read. The row must be locked by the caller."""
    if credential.state is State.REVOKED:
        raise Refused(_("This certificate was taken back already."))
    if credential.state is not State.VALID:
        raise Refused(_("This certificate is not valid any more."))
    credential.state = State.REVOKED
    credential.revoked_on = clock.today(by.zone)
    credential.reason = reason
    record(Kind.CREDENTIAL_REVOKED, credential, actor=by, person=credential.user_id)


def share(credential: Credential, sharing: Sharing, *, by: User) -> None:
    """What the holder lets strangers see. Without the page there is neither name nor file."""
    if by.id != credential.user_id:
        raise Refused(_("Only the holder decides what others see."))
    credential.share_page = sharing.page
    credential.share_name = sharing.page and sharing.name
    credential.share_pdf = sharing.page and sharing.pdf
    record(Kind.CREDENTIAL_SHARED, credential, actor=by, **asdict(sharing))


def make_link(credential: Credential, *, name: bool, pdf: bool, months: int | None, by: User) -> ShareLink:
    """A link that works for so many months, or until its holder stops it; the one before it works no more.

    The certificate must be locked by the caller. Asking for what stands already gives what stands: a second tap makes no second link.
    """
    if by.id != credential.user_id:
        raise Refused(_("Only the holder decides what others see."))
    if credential.state is not State.VALID:
        raise Refused(_("This certificate is not valid any more."))
    ends_on = _months_after(clock.now().date(), months) if months else None
    kept = queries.link_of(credential)
    if kept is not None and (kept.name, kept.pdf, kept.ends_on) == (name, pdf, ends_on):
        return kept
    _end_links(credential)
    made = ShareLink(credential_id=credential.id, name=name, pdf=pdf, ends_on=ends_on)
    db.session.add(made)
    record(Kind.CREDENTIAL_SHARED, credential, actor=by, link=True, name=name, pdf=pdf)
    return made


def stop_link(credential: Credential, *, by: User) -> None:
    """No link of this certificate works any more. Saying it twice changes nothing. The certificate must be locked by the caller."""
    if by.id != credential.user_id:
        raise Refused(_("Only the holder decides what others see."))
    if _end_links(credential):
        record(Kind.CREDENTIAL_SHARED, credential, actor=by, link=False)


def _end_links(credential: Credential) -> int:
    """How many links stood until now."""
    standing = list(
        db.session.scalars(
            select(ShareLink).where(ShareLink.credential_id == credential.id, ShareLink.stopped_at.is_(None)).with_for_update()
        )
    )
    for link in standing:
        link.stopped_at = clock.now()
    return len(standing)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
