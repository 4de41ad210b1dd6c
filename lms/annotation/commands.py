"""`lms annotation`: what partners and scripts run on files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from lms.annotation import agreement as agreements
from lms.annotation.batch import Unreadable
from lms.annotation.comparing import compare
from lms.annotation.scoring import THRESHOLD

READABLE = click.Path(exists=True, readable=True, path_type=Path)

annotation = click.Group("annotation", help="Import, score, compare and export annotation.")


@annotation.command()
@click.argument("gold", type=READABLE)
@click.argument("submission", type=READABLE)
@click.option("--threshold", type=float, default=THRESHOLD, show_default=True, help="The IoU from which a shape is found (above 0, to 1).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def score(gold: Path, submission: Path, threshold: float, as_json: bool) -> None:
    """Score the answers in SUBMISSION against GOLD."""
    if not (math.isfinite(threshold) and 0 < threshold <= 1):
        raise click.BadParameter("the threshold lies above 0 and is at most 1", param_hint="--threshold")
    try:
        result = compare(gold, submission, threshold).to_json()
    except Unreadable as error:
        raise refusal(error) from None
    if as_json:
        say_json(result)
    else:
        click.echo("\n".join(_score_lines(result)))


@annotation.command()
@click.argument("file", type=READABLE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def agreement(file: Path, as_json: bool) -> None:
    """Say how far the workers in FILE (CSV with columns item, worker, label) agree."""
    try:
        result = agreements.agreement(agreements.read_ratings(file)).to_json()
    except Unreadable as error:
        raise refusal(error) from None
    if as_json:
        say_json(result)
    else:
        click.echo("\n".join(_agreement_lines(result)))


def refusal(error: Unreadable) -> click.ClickException:
    """Exit 1 with one sentence: the first finding, and how many more there are."""
    more = len(error.findings) - 1
    return click.ClickException(f"{error.findings[0]}{f' (and {more} more)' if more else ''}")


def say_json(value: dict[str, Any]) -> None:
    """One object in UTF-8, whatever the terminal's encoding."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())


def _score_lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['kind']}: {result['items']} items, {len(result['rejected'])} shapes rejected"
    for name, figures in (("total", result["total"]), *result["labels"].items()):
        counts = " ".join(f"{key} {figures[key]}" for key in ("tp", "fp", "fn", "ignored"))
        ratios = " ".join(f"{key} {_said(figures, key)}" for key in ("precision", "recall", "f1", "mean_iou", "quality"))
        yield f"{name}: {counts} {ratios}"


def _agreement_lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"{result['items']} items, {result['workers']} workers, {result['labels']} labels, {result['pairable']} pairable"
    for name in ("raw", "fleiss_kappa", "cohen_kappa_mean"):
        yield f"{name}: {_said(result, name)}"
    for name in ("nominal", "ordinal", "interval"):
        yield f"alpha {name}: {_said(result['alpha'], name)}"


def _said(figures: dict[str, Any], name: str) -> str:
    value = figures[name]
    return f"{value:.6f}" if value is not None else f"- ({figures[f'{name}_reason']})"
