"""Label schemas, and answers as a browser sends them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.annotation.schemas import BadAnswer, Box, Choice, Kind, LabelSchema, Polygon, Span, from_payload, number, to_payload


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        (Kind.BOXES, (Box("RBC", 1.5, 2, 3, 4, id="s1"), Box("WBC", 0, 0, 1, 1))),
        (Kind.POLYGONS, (Polygon("a", ((((0.0, 0.0), (9.0, 0.0), (0.0, 9.0)), ((1.0, 1.0), (2.0, 1.0), (1.0, 2.0))),), id="p"),)),
        (Kind.SPANS, (Span("PER", 0, 4, "x"),)),
        (Kind.CHOICE, (Choice("cat"),)),
        (Kind.MULTI, (Choice("cat"), Choice("\u0642\u0637\u0629"))),
        (Kind.BOXES, ()),
    ],
)
def test_a_payload_goes_out_and_comes_back(kind, answers):
    payload = json.loads(json.dumps(to_payload(answers)))
    assert from_payload(kind, payload) == answers


@pytest.mark.parametrize(
    ("kind", "payload", "shape", "reason"),
    [
        (Kind.BOXES, {}, 1, "malformed"),
        (Kind.BOXES, [3], 1, "malformed"),
        (Kind.BOXES, [{"label": "a", "x": 0, "y": 0, "w": 1, "h": 1}, {"id": "s2", "label": "a"}], "s2", "malformed"),
        (Kind.BOXES, [{"label": "a", "x": "0", "y": 0, "w": 1, "h": 1}], 1, "malformed"),
        (Kind.BOXES, [{"label": "a", "x": True, "y": 0, "w": 1, "h": 1}], 1, "malformed"),
        (Kind.BOXES, [{"label": "", "x": 0, "y": 0, "w": 1, "h": 1}], 1, "malformed"),
        (Kind.BOXES, [{"label": "a", "x": float("nan"), "y": 0, "w": 1, "h": 1}], 1, "not_finite"),
        (Kind.BOXES, [{"label": "a", "x": 10**400, "y": 0, "w": 1, "h": 1}], 1, "not_finite"),
        (Kind.POLYGONS, [{"label": "a"}], 1, "malformed"),
        (Kind.POLYGONS, [{"label": "a", "parts": [[[[1, 2, 3]]]]}], 1, "malformed"),
        (Kind.POLYGONS, [{"label": "a", "parts": [[[[1, float("inf")]]]]}], 1, "not_finite"),
        (Kind.SPANS, [{"label": "a", "start": 0, "end": 1.5}], 1, "malformed"),
        (Kind.SPANS, [{"label": "a", "start": False, "end": 1}], 1, "malformed"),
    ],
)
def test_a_bad_answer_is_named(kind, payload, shape, reason):
    with pytest.raises(BadAnswer) as raised:
        from_payload(kind, payload)
    assert (raised.value.shape, raised.value.reason) == (shape, reason)


def test_a_browser_cannot_make_a_crowd():
    (box,) = from_payload(Kind.BOXES, [{"label": "a", "x": 0, "y": 0, "w": 1, "h": 1, "crowd": True}])
    assert box.crowd is False


@pytest.mark.parametrize(
    ("kind", "answers", "reason"),
    [
        (Kind.BOXES, [Box("a", 0, 0, 1, 1)], None),
        (Kind.BOXES, [Box("z", 0, 0, 1, 1)], "unknown_label"),
        (Kind.BOXES, [Span("a", 0, 1)], "wrong_kind"),
        (Kind.CHOICE, [Choice("a"), Choice("b")], "too_many"),
        (Kind.MULTI, [Choice("a"), Choice("b")], None),
        (Kind.CHOICE, [], None),
    ],
)
def test_a_schema_objects_to_what_it_did_not_ask_for(kind, answers, reason):
    objection = LabelSchema(kind, ("a", "b")).objection(answers)
    assert (objection.reason if objection else None) == reason


@pytest.mark.parametrize(
    ("kind", "labels"),
    [(Kind.BOXES, ()), (Kind.BOXES, ("a", "a")), (Kind.BOXES, (" ",)), (Kind.ORDINAL, ("1", "good"))],
)
def test_a_schema_without_sense_is_refused(kind, labels):
    with pytest.raises(ValueError, match="label"):
        LabelSchema(kind, labels)


def test_a_schema_is_stored_as_json():
    schema = LabelSchema(Kind.ORDINAL, ("1", "2", "3"))
    assert LabelSchema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


keys = st.sampled_from(["id", "label", "x", "y", "w", "h", "start", "end", "parts"])
leaves = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
anything = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=12)


@settings(deadline=None)
@given(anything, st.sampled_from(list(Kind)))
def test_no_payload_makes_it_stumble(payload, kind):
    try:
        answers = from_payload(kind, [payload])
    except BadAnswer:
        return
    assert from_payload(kind, to_payload(answers)) == answers


@pytest.mark.parametrize(
    ("value", "result"),
    [("1.5", 1.5), (2, 2.0), ("1e400", None), (10**400, None), ("nan", None), (True, None), (None, None), ("", None)],
)
def test_numbers_are_finite(value, result):
    assert number(value) == result
