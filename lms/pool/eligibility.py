"""The written rule of the pool, as values in and checks out. Pure: the trainee, staff and the trace are shown the same answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """The parts of the rule, in the order in which a trainee meets them."""

    CERTIFICATE = "certificate"
    PRACTICE = "practice"
    SKILL = "skill"
    SIGN_OFF = "sign_off"
    ADULT = "adult"
    PAYOUT_METHOD = "payout_method"
    CONSENT = "consent"


@dataclass(frozen=True)
class Rules:
    """One version of the rule. `lower_bound` is Wilson's, 0 to 1, of first answers to gold; one kind of work is enough.

    Five items already tell who works well in the long run, hundreds tell little more: so 40, never thousands.
    """

    version: int = 1
    course: str = "annotation-basics"
    lower_bound: float = 0.70
    items: int = 40

    def asks_more_than(self, other: Rules) -> bool:
        """Whether somebody who meets the other one may fail this one."""
        return self.course != other.course or self.lower_bound > other.lower_bound or self.items > other.items


@dataclass(frozen=True)
class Values:
    """What is true of a person today. `skills` holds a lower bound for each kind of work, None where no gold was answered."""

    certificate: bool = False
    accepted: int = 0
    skills: Mapping[str, float | None] = field(default_factory=dict)
    sign_off: bool = False
    adult: bool = False
    payout_method: bool = False
    consent: bool = False

    @property
    def skill(self) -> float | None:
        """The best kind of work."""
        return max((bound for bound in self.skills.values() if bound is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "skills": dict(self.skills)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Values:
        return cls(**data)


@dataclass(frozen=True)
class Check:
    """One part of the rule: whether it is met, what the value is and what is needed. Flags have the value True or False."""

    key: Rule
    met: bool
    value: float | int | bool | None
    needed: float | int | bool


def weigh(values: Values, rules: Rules) -> list[Check]:
    """Every part of the rule, in its order."""
    return [
        _flag(Rule.CERTIFICATE, values.certificate),
        Check(Rule.PRACTICE, values.accepted >= rules.items, values.accepted, rules.items),
        Check(Rule.SKILL, values.skill is not None and values.skill >= rules.lower_bound, values.skill, rules.lower_bound),
        _flag(Rule.SIGN_OFF, values.sign_off),
        _flag(Rule.ADULT, values.adult),
        _flag(Rule.PAYOUT_METHOD, values.payout_method),
        _flag(Rule.CONSENT, values.consent),
    ]


def _flag(key: Rule, value: bool) -> Check:
    return Check(key, value, value, True)


def ready(checks: Sequence[Check]) -> bool:
    """Whether all is met but the consent, which is asked for last, when there is something to agree to."""
    return all(check.met for check in checks if check.key is not Rule.CONSENT)
