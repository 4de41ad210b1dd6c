"""What is said to a person about her answer: one sentence for each reason that `schemas` and `geometry` know."""

from __future__ import annotations

from lms.annotation.mistakes import State
from lms.annotation.models import AssignmentState, Phase, ProjectState, Risk
from lms.annotation.schemas import Kind
from lms.core import fmt
from lms.core.i18n import _


def objection(part: str | int, reason: str) -> str:
    """Why one shape of an answer cannot be taken, naming it as the list beside the picture does."""
    named = str(part)
    shape = fmt.num(int(named)) if named.isdecimal() and len(named) < 7 else named  # another name is what a phone made up
    sentences = {
        "no_area": _("Shape %(shape)s has no width or no height. Draw it again.", shape=shape),
        "too_small": _("Shape %(shape)s is smaller than one dot. Draw it again.", shape=shape),
        "few_points": _("Shape %(shape)s has fewer than three points. Draw it again.", shape=shape),
        "collinear": _("All points of shape %(shape)s are on one line. Draw it again.", shape=shape),
        "outside_image": _("Shape %(shape)s is outside the picture. Draw it again.", shape=shape),
        "empty_span": _("Part %(shape)s has no words in it. Mark it again.", shape=shape),
        "outside_text": _("Part %(shape)s is longer than the text. Mark it again.", shape=shape),
        "unknown_label": _("Part %(shape)s has a label that is not used here. Choose a label.", shape=shape),
        "too_many": _("Choose one label only."),
        "nothing": _("Choose a label."),
    }
    return str(sentences.get(reason) or _("We cannot read part %(shape)s. Make it again.", shape=shape))


def kind(value: Kind) -> str:
    """What a project asks people to do."""
    return str(
        {
            Kind.CHOICE: _("Choose one label"),
            Kind.MULTI: _("Choose every label that fits"),
            Kind.ORDINAL: _("Choose a number"),
            Kind.BOXES: _("Draw boxes"),
            Kind.POLYGONS: _("Draw outlines"),
            Kind.SPANS: _("Mark words"),
        }[value]
    )


def phase(value: Phase) -> str:
    """What a project is for, on its tag."""
    return str({Phase.PRACTICE: _("Practice"), Phase.QUALIFY: _("Test"), Phase.MOCK: _("Work")}[value])


def project_state(value: ProjectState) -> str:
    """The state of a project, for staff."""
    return str(
        {
            ProjectState.DRAFT: _("Draft"),
            ProjectState.OPEN: _("Open"),
            ProjectState.PAUSED: _("Paused"),
            ProjectState.CLOSED: _("Closed"),
        }[value]
    )


def task_state(value: AssignmentState) -> str:
    """What became of an item, for the person who answered it."""
    return str(
        {
            AssignmentState.LEASED: _("To do"),
            AssignmentState.DRAFTED: _("You began"),
            AssignmentState.IN_REVIEW: _("We check it"),
            AssignmentState.ACCEPTED: _("Accepted"),
            AssignmentState.FIXED: _("Accepted, with a small change"),
            AssignmentState.RETURNED: _("Look at it again"),
            AssignmentState.EXPIRED: _("The time is over"),
            AssignmentState.RELEASED: _("You skipped it"),
        }[value]
    )


def verdict(state: State, kind: Kind) -> str:
    """What is said of one part of an answer in the list beside the known one."""
    longer = kind is Kind.SPANS
    return str(
        {
            State.RIGHT: _("Right"),
            State.BIG: _("Too long") if longer else _("Too big"),
            State.SMALL: _("Too short") if longer else _("Too small"),
            State.OFF: _("Other words") if longer else _("Not close to the edge"),
            State.CONFUSED: _("Other label"),
            State.EXTRA: _("Not there"),
            State.MISSED: _("You missed it"),
        }[state]
    )


def slip(state: State, kind: Kind) -> str:
    """One mistake as a sentence, beside \"Not like this.\""""
    longer = kind is Kind.SPANS
    return str(
        {
            State.BIG: _("Too many words are marked.") if longer else _("The shape is too big."),
            State.SMALL: _("Too few words are marked.") if longer else _("The shape is too small."),
            State.OFF: _("Other words are marked.") if longer else _("The shape is not close to the edge."),
            State.CONFUSED: _("The label is not right."),
            State.EXTRA: _("There is nothing to mark here."),
            State.MISSED: _("One thing is not marked."),
        }[state]
    )


def risk(value: Risk, words: str) -> str:
    """The content label that stands before every claim."""
    if value is Risk.NONE:
        return str(_("Nothing hard to see is expected here."))
    if value is Risk.UNKNOWN:
        return str(_("Nobody has said yet what you may see here."))
    if value is Risk.MILD:
        return str(_("Some items may be hard to see: %(words)s.", words=words or _("ask your mentor")))
    return str(_("Many items are hard to see: %(words)s. You can leave at any time.", words=words or _("ask your mentor")))


def form(value: str) -> str:
    """What a set of data came in as."""
    words = {
        "csv": _("Table (CSV)"), "jsonl": _("Lines of JSON (JSONL)"), "conll": _("Words with tags (CoNLL)"),
        "voc": _("Pascal VOC boxes"), "coco": _("COCO shapes"), "cvat": _("CVAT shapes"), "label-studio": _("Label Studio answers"),
    }  # fmt: skip
    return str(words.get(value) or _("Another format"))


def left_out(reason: str) -> str:
    """Why a shape of somebody's data could not be taken: a fragment behind its name."""
    words = {
        "no_area": _("no width or no height"), "too_small": _("smaller than one dot"), "few_points": _("fewer than three points"),
        "collinear": _("all points on one line"), "outside_image": _("outside the picture"), "empty_span": _("no words in it"),
        "outside_text": _("longer than the text"), "rotated": _("turned, and boxes here are upright"),
        "unsupported": _("a form that we do not score"), "not_finite": _("a number without an end"),
        "unknown_label": _("a label that the project does not have"), "wrong_kind": _("another kind of answer"),
        "too_many": _("more than one label"),
    }  # fmt: skip
    return str(words.get(reason) or _("it cannot be read"))


def skip_reason(value: str) -> str:
    """Why an item is skipped."""
    return str(
        {
            "unclear": _("I do not know what is right"),
            "broken": _("It does not open"),
            "upsetting": _("It is hard for me to see"),
            "other": _("Another reason"),
        }[value]
    )
