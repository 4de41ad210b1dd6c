"""Who may see rounds and applications: staff all, a coordinator those of the own partner. Whoever applies has a number and a code."""

from __future__ import annotations

from sqlalchemy import Select, select

from lms.core.access import Role
from lms.intake.models import Application, ApplicationState, NextTime, Round
from lms.partners.policy import partner_ids
from lms.people.models import User


def visible_rounds(user: User) -> Select[Round]:
    """Staff see every round, a coordinator those whose places are the own partner's."""
    if Role.STAFF in user.roles:
        return select(Round)
    return select(Round).where(Round.partner_id.in_(partner_ids(user)))


def visible_applications(user: User) -> Select[Application]:
    """What was sent in the rounds this person sees. A draft is nobody's but its writer's."""
    rounds = visible_rounds(user).with_only_columns(Round.id)
    return select(Application).where(Application.round_id.in_(rounds), Application.state != ApplicationState.DRAFT)


def waiting_for_next(user: User) -> Select[NextTime]:
    """Staff alone see who wants to hear of the next round; the views ask for the role."""
    return select(NextTime)


def may_recommend(user: User, application: Application) -> bool:
    """The partner recommends, the programme decides."""
    return Role.PARTNER in user.roles
