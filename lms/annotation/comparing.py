"""A whole file of answers against a whole file of gold: what `lms annotation score` prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lms.annotation import coco
from lms.annotation.batch import Finding, Item, Quarantined, Reading, Unreadable, unreadable
from lms.annotation.importing import load, recognise
from lms.annotation.schemas import Answer, Box, Choice, Kind, Polygon, Span
from lms.annotation.scoring import THRESHOLD, ItemScore, Partial, Tally, score_item, sum_tallies

UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")  # what Label Studio puts before the name of an uploaded file


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scores of the items of the gold, by name, and the shapes of either side that count nowhere."""

    kind: Kind
    scores: dict[str, ItemScore]
    rejected: tuple[tuple[str, Quarantined], ...]
    confusion: Counter[tuple[str, str]]

    @property
    def total(self) -> Tally:
        return sum_tallies(score.total for score in self.scores.values())

    @property
    def labels(self) -> dict[str, Tally]:
        sums: dict[str, Tally] = {}
        for score in self.scores.values():
            for label, tally in score.labels.items():
                sums[label] = sums.get(label, Tally()) + tally
        return dict(sorted(sums.items()))

    def to_json(self) -> dict[str, Any]:
        """As promised, and beside it `confusion` (right place, other label) and, for spans, the MUC counts as `partial`."""
        result: dict[str, Any] = {
            "kind": self.kind.value,
            "items": len(self.scores),
            "total": self.total.figures(self.kind),
            "labels": {label: tally.figures(self.kind) for label, tally in self.labels.items()},
            "rejected": [{"side": side, **one.to_json()} for side, one in self.rejected],
            "confusion": [{"gold": gold, "submission": ours, "count": n} for (gold, ours), n in sorted(self.confusion.items())],
        }
        if self.kind is Kind.SPANS:
            result["partial"] = sum((score.partial or Partial() for score in self.scores.values()), Partial()).to_json()
        return result


def compare(gold_path: Path, submission_path: Path, threshold: float = THRESHOLD) -> Comparison:
    """Score one file against another of the same items. Raises `Unreadable` for what cannot be read or does not fit."""
    gold_source, source = recognise(gold_path), recognise(submission_path)
    if gold_source.format == "coco-results":
        raise unreadable(gold_path, "these are COCO results, not gold")
    if source.format in {"coco", "coco-results"}:
        kind: Kind | None = coco.kind_of(source.document)
        gold = _sound(load(gold_source, kind=kind))
        submission = _sound(load(source, kind=kind, gold=gold))
    else:
        submission = _sound(load(source))
        kind = _kind_of_answers(submission)
        gold = _sound(load(gold_source, kind=kind or Kind.BOXES))
    if all(item.gold is None for item in gold.items):
        raise unreadable(gold_path, "there is no gold in this file")
    kind = _settled(kind, submission, gold)
    scores, confusion = _scores(kind, submission, gold, threshold)
    rejected = [("gold", one) for one in gold.quarantined] + [("submission", one) for one in submission.quarantined]
    return Comparison(kind, scores, tuple(rejected), confusion)


def _sound(reading: Reading) -> Reading:
    if reading.errors:
        raise Unreadable(reading.errors)
    return reading


def _kind_of_answers(reading: Reading) -> Kind | None:
    """The kind that a file's answers show, or None when it has none. Raises `Unreadable` when it mixes them."""
    forms = {type(answer) for item in reading.items for answer in item.gold or ()}
    if len(forms) > 1 and forms != {Box, Polygon}:
        raise Unreadable([Finding(reading.file, None, "this file mixes answers of several kinds, and only one can be scored")])
    if Polygon in forms:
        return Kind.POLYGONS
    if Box in forms:
        return Kind.BOXES
    if Span in forms:
        return Kind.SPANS
    if Choice in forms:
        return Kind.MULTI if any(len(item.gold or ()) > 1 for item in reading.items) else Kind.CHOICE
    return None


def _settled(kind: Kind | None, submission: Reading, gold: Reading) -> Kind:
    """The submission decides between boxes and polygons; several labels on either side make a choice a multi-choice."""
    asked = _kind_of_answers(gold)
    if kind is None and asked in {None, Kind.BOXES, Kind.POLYGONS}:
        return {"conll": Kind.SPANS, "csv": Kind.CHOICE, "jsonl": Kind.CHOICE}.get(gold.format, Kind.BOXES)
    if kind is None or asked is None:
        return kind or asked or Kind.BOXES
    if _family(kind) != _family(asked):
        raise Unreadable([Finding(submission.file, None, f"this file holds {kind}, and the gold holds {asked}")])
    return Kind.MULTI if Kind.MULTI in {kind, asked} else kind


def _family(kind: Kind) -> str:
    return {Kind.BOXES: "shapes", Kind.POLYGONS: "shapes", Kind.SPANS: "spans"}.get(kind, "choices")


def _scores(kind: Kind, submission: Reading, gold: Reading, threshold: float) -> tuple[dict[str, ItemScore], Counter[tuple[str, str]]]:
    answers = _paired(submission, gold)
    scores: dict[str, ItemScore] = {}
    confusion: Counter[tuple[str, str]] = Counter()
    for item in gold.items:
        if item.gold is None and kind is not Kind.MULTI:
            continue  # no gold is no question; in a multi-choice an empty cell is the empty set
        ours, theirs = answers.get(item.name, ()), item.gold or ()
        score = score_item(kind, ours, theirs, threshold)
        scores[item.name] = score
        confusion.update((theirs[match.gold].label, ours[match.submission].label) for match in score.confusions)
    return scores, confusion


def _paired(submission: Reading, gold: Reading) -> dict[str, tuple[Answer, ...]]:
    """The submission's answers by the name of the gold's item. Raises `Unreadable` for an item that the gold does not have."""
    names = {item.name: item for item in gold.items}
    last = _unique((PurePosixPath(item.name).name, item) for item in gold.items)
    stems = _unique((PurePosixPath(item.name).stem, item) for item in gold.items)
    texts = _unique((item.text, item) for item in gold.items if item.text)
    answers: dict[str, tuple[Answer, ...]] = {}
    findings: list[Finding] = []
    for item in submission.items:
        file = PurePosixPath(item.name)
        plain = UPLOADED.sub("", file.name)
        found = names.get(item.name) or last.get(file.name) or last.get(plain) or stems.get(file.stem) or texts.get(item.text or "")
        if found is None:
            problem = f"the gold has no item {item.name}"
        elif found.name in answers:
            problem = f"two items stand for the gold's {found.name}"
        else:
            problem = _difference(item, found)
            answers[found.name] = item.gold or ()
        if problem:
            place, line = submission.places[item.name]
            findings.append(Finding(place, line, problem))
    if findings:
        raise Unreadable(findings)
    return answers


def _difference(item: Item, gold: Item) -> str:
    if item.text is not None and gold.text is not None and item.text != gold.text:
        return f"the text of item {item.name} is not the gold's"
    if item.width and gold.width and (item.width, item.height) != (gold.width, gold.height):
        return f"item {item.name} has {item.width}x{item.height} pixels, and in the gold {gold.width}x{gold.height}"
    return ""


def _unique(pairs: Iterable[tuple[str, Item]]) -> dict[str, Item]:
    """Only what names one item: a name that several share pairs nothing."""
    known = list(pairs)
    counts = Counter(name for name, _ in known)
    return {name: item for name, item in known if counts[name] == 1}
