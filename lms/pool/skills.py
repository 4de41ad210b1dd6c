"""What a person can do, as far as this school knows it: one line for each certificate, one for each kind of work that was tested."""

from __future__ import annotations

from dataclasses import dataclass

from lms.annotation import queries as annotation
from lms.annotation import wording
from lms.annotation.schemas import Kind
from lms.core import clock
from lms.core.i18n import _
from lms.credentials import queries as credentials
from lms.credentials.models import Credential, Sharing, Standing
from lms.people.models import User
from lms.pool.eligibility import Rules


@dataclass(frozen=True)
class Proof:
    """One tick: what is proved, and by what. Both are words in the reader's language."""

    what: str
    by: str


def proved(person: User, rules: Rules, language: str) -> list[Proof]:
    """Certificates that stand today, whoever may see them, then the kinds of work in which test answers reach the rule's share."""
    today = clock.now().date()
    given = [one for one in credentials.certificates_of(person) if one.standing(today, Sharing()) is Standing.VALID]
    bounds = annotation.mock_summary(person).lower_bound
    kinds = [Kind(kind) for kind, bound in bounds.items() if bound is not None and bound >= rules.lower_bound]
    learned = [Proof(one.title_in(language), _skills(one, language)) for one in given]
    return learned + [Proof(wording.kind(kind), str(_("Test answers are right often enough."))) for kind in kinds]


def _skills(credential: Credential, language: str) -> str:
    """What the certificate says its holder can do, one sentence after the other."""
    return " ".join(f"{credential.in_language(skill, language)}." for skill in credential.skills) or str(_("Certificate"))
