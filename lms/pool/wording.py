"""The rule in words: for the person it is about, and for staff who read many."""

from __future__ import annotations

from collections.abc import Sequence

from lms.annotation.scoring import wilson_lower
from lms.core import fmt
from lms.core.i18n import _
from lms.pool.eligibility import Check, Rule, Rules


def to_person(check: Check, course: str) -> str:
    """One part of the rule, told to the trainee: the value, and what to do where it is not met."""
    if check.key is Rule.PRACTICE:
        said = _("Your accepted items: %(n)s. You need %(needed)s.", n=fmt.num(int(check.value or 0)), needed=fmt.num(int(check.needed)))
    elif check.key is Rule.SKILL and check.value is None:
        said = _("You have no test answers yet. For example, %(example)s right is enough.", example=enough(check.needed))
    elif check.key is Rule.SKILL and check.met:
        said = _("Your test answers are right often enough.")
    elif check.key is Rule.SKILL:
        said = _("Your test answers are not right often enough. For example, %(example)s right is enough.", example=enough(check.needed))
    else:
        said = _flag(check, course)
    return str(said)


def _flag(check: Check, course: str) -> str:
    met, unmet = {
        Rule.CERTIFICATE: (_("You have the certificate: %(course)s.", course=course), _("Finish the course: %(course)s.", course=course)),
        Rule.SIGN_OFF: (_("Your mentor says you are ready."), _("Ask your mentor to say that you are ready.")),
        Rule.ADULT: (_("You are 18 or over."), _("You must be 18 or over. Show staff a paper.")),
        Rule.PAYOUT_METHOD: (_("We know how to pay you."), _("Tell us how you get your money.")),
        Rule.CONSENT: (_("You agreed to join."), _("You agree when we invite you.")),
    }[check.key]
    return str(met if check.met else unmet)


def enough(needed: float) -> str:
    """`19 of 20`: a few answers that reach the lower bound, because nobody can count with the bound itself."""
    return next(
        fmt.out_of(right, seen)
        for seen in (10, 20, 50, 1000)
        for right in range(seen + 1)
        if wilson_lower(right, seen) >= needed or (right, seen) == (1000, 1000)
    )


def _of_hundred(share: float) -> str:
    """Rounded down, so that 69.9 is never shown as the 70 that is needed."""
    return fmt.out_of(int(share * 100 + 1e-9), 100)


def rule(rules: Rules, course: str) -> list[str]:
    """The whole rule, as it stands on top of the staff's page."""
    return [
        _("The certificate of the course %(course)s.", course=course),
        _("Accepted items: %(n)s or more.", n=fmt.num(rules.items)),
        _("Right test answers often enough. For example, %(example)s right is enough.", example=enough(rules.lower_bound)),
        _("A mentor of the cohort says that the person is ready."),
        _("18 or over."),
        _("A way to get money is known."),
        _("Last, the person agrees."),
    ]


def short(check: Check) -> str:
    """One value in a row of many people."""
    if check.key is Rule.PRACTICE:
        return str(_("Accepted items: %(n)s. Needed: %(needed)s", n=fmt.num(int(check.value or 0)), needed=fmt.num(int(check.needed))))
    if check.key is Rule.SKILL and check.value is None:
        return str(_("No test answers"))
    if check.key is Rule.SKILL:
        share, needed = _of_hundred(check.value or 0), _of_hundred(check.needed)
        return str(_("Right at least: %(share)s. Needed: %(needed)s", share=share, needed=needed))
    names = {
        Rule.CERTIFICATE: (_("Certificate"), _("No certificate")),
        Rule.SIGN_OFF: (_("Mentor agrees"), _("No word of a mentor")),
        Rule.ADULT: (_("18 or over"), _("Age not checked")),
        Rule.PAYOUT_METHOD: (_("Way to pay known"), _("No way to pay")),
        Rule.CONSENT: (_("Has agreed"), _("Has not agreed yet")),
    }
    return str(names[check.key][0 if check.met else 1])


def missing(checks: Sequence[Check]) -> str:
    """What a person lacks, in one line; the consent is asked for last and is not counted."""
    return ". ".join(short(check) for check in checks if not check.met and check.key is not Rule.CONSENT)
