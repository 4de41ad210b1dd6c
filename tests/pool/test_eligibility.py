"""The written rule as a table, and as a law: who meets more never loses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.pool.eligibility import Rule, Rules, Values, ready, weigh

RULES = Rules()
ALL = Values(certificate=True, accepted=40, skills={"boxes": 0.70}, sign_off=True, adult=True, payout_method=True, consent=True)


def missing(values: Values, rules: Rules = RULES) -> list[Rule]:
    return [check.key for check in weigh(values, rules) if not check.met]


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({}, []),
        ({"certificate": False}, [Rule.CERTIFICATE]),
        ({"accepted": 39}, [Rule.PRACTICE]),
        ({"accepted": 41}, []),
        ({"skills": {"boxes": 0.6999}}, [Rule.SKILL]),
        ({"skills": {"boxes": 0.2, "spans": 0.71}}, []),
        ({"skills": {"boxes": None}}, [Rule.SKILL]),
        ({"skills": {}}, [Rule.SKILL]),
        ({"sign_off": False, "adult": False}, [Rule.SIGN_OFF, Rule.ADULT]),
        ({"payout_method": False}, [Rule.PAYOUT_METHOD]),
        ({"consent": False}, [Rule.CONSENT]),
    ],
)
def test_each_part_is_weighed_alone(change: dict[str, object], lacks: list[Rule]) -> None:
    values = replace(ALL, **change)  # type: ignore[arg-type]
    assert missing(values) == lacks
    assert ready(weigh(values, RULES)) is (set(lacks) <= {Rule.CONSENT})


def test_somebody_new_lacks_everything() -> None:
    assert missing(Values()) == list(Rule)


def test_the_thresholds_are_data() -> None:
    small = Rules(version=2, items=5, lower_bound=0.5)
    assert missing(replace(ALL, accepted=5, skills={"choice": 0.57}), small) == []


def test_each_check_carries_value_and_need() -> None:
    told = {check.key: (check.value, check.needed) for check in weigh(replace(ALL, accepted=12), RULES)}
    assert told[Rule.PRACTICE] == (12, 40)
    assert told[Rule.SKILL] == (0.70, 0.70)
    assert told[Rule.ADULT] == (True, True)


bounds = st.none() | st.floats(0, 1)
flags = {name: st.booleans() for name in ("certificate", "sign_off", "adult", "payout_method", "consent")}
anyone = st.builds(Values, accepted=st.integers(0, 100), skills=st.dictionaries(st.sampled_from(["boxes", "spans"]), bounds), **flags)


@given(anyone, anyone)
def test_who_meets_more_never_loses(one: Values, two: Values) -> None:
    best = {
        kind: max((bound for bound in (one.skills.get(kind), two.skills.get(kind)) if bound is not None), default=None)
        for kind in {*one.skills, *two.skills}
    }
    joined = Values(
        **{name: getattr(one, name) or getattr(two, name) for name in flags}, accepted=max(one.accepted, two.accepted), skills=best
    )
    assert set(missing(joined)) <= set(missing(one)) & set(missing(two))
    if ready(weigh(one, RULES)):
        assert ready(weigh(joined, RULES))


@given(anyone)
def test_values_survive_being_kept_as_json(values: Values) -> None:
    assert Values.from_dict(values.to_dict()) == values


@given(anyone)
def test_consent_alone_is_never_asked_before_the_invitation(values: Values) -> None:
    assert ready(weigh(values, RULES)) is ready(weigh(replace(values, consent=not values.consent), RULES))
