"""By what a trainee signs in, corrected by who may make a code for her: another number after a new SIM card, a sign that was mistyped."""

from __future__ import annotations

from lms.cohorts.models import Enrolment
from lms.core.access import Role
from lms.core.errors import Refused
from lms.core.i18n import _, _l, force_locale, locale_of
from lms.messages import actions as messages
from lms.people import changing
from lms.people.models import User


def correct(place: Enrolment, text: str, *, by: User) -> str:
    """She signs in with this from now on: the six digits that she needs for it. Every sign-in of hers ends.

    Staff tell her by a message too; a coordinator writes no messages here, and stands with the day on her page Me. Raises Refused for
    somebody who is more than a trainee, whatever her helper is: whoever signs in as her would hold her rights. Else as `changing.correct`.
    """
    code = changing.correct(_trainee_alone(place), text, by=by)
    _tell(place.user, by, _l("I wrote down a new phone, email or name for you. You sign in with it now. You did not ask for it? Tell us."))
    return code


def take_phone_away(place: Enrolment, *, by: User) -> str | None:
    """Somebody else has her number now, and gives it as the own. As `changing.take_phone_away`; whom it is refused for and who is told
    as by `correct`.
    """
    code = changing.take_phone_away(_trainee_alone(place), by=by)
    if code is not None:
        _tell(place.user, by, _l("Somebody else has your old phone number. You do not sign in with it now. Is this wrong? Tell us."))
    return code


def _trainee_alone(place: Enrolment) -> User:
    person = changing.locked(place.user)
    if person.roles != {Role.TRAINEE}:
        raise Refused(_("This person is more than a trainee, and changes it on the page Me."))
    return person


def _tell(person: User, by: User, word: object) -> None:
    if by.has(Role.STAFF):
        with force_locale(locale_of(messages.language_for(person))):
            messages.tell(person, by=by, text=str(word))
