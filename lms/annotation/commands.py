"""`lms annotation`: what partners and scripts run on files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from lms.annotation import agreement as agreements
from lms.annotation import datasets, exporting, queries
from lms.annotation.batch import Item, Unreadable
from lms.annotation.comparing import compare
from lms.annotation.schemas import Label
from lms.annotation.scoring import THRESHOLD
from lms.core.shell import refuse, with_app

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


@annotation.command("import")
@click.argument("path", metavar="FILE-OR-FOLDER", type=READABLE)
@click.option("--project", required=True, metavar="SLUG", help="An existing project.")
@click.option("--dry-run", is_flag=True, help="Read and judge; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_app(write=True)
def bring_in(path: Path, project: str, dry_run: bool, as_json: bool) -> None:
    """Bring FILE-OR-FOLDER into a project: the whole of it, or nothing."""
    outcome = datasets.bring_in(project, path, by=None, dry_run=dry_run)
    if as_json:
        say_json(outcome.to_json())
    else:
        _say_import(outcome)
    if outcome.read.errors:
        raise SystemExit(1)


def _say_import(outcome: datasets.Outcome) -> None:
    found = outcome.read
    for error in found.errors:
        click.echo(str(error), err=True)
    for warning in found.warnings:
        click.echo(f"warning: {warning}")
    for one in found.quarantined:
        click.echo(f"quarantined: {one}")
    if outcome.same_as is not None:
        click.echo(f"the same as batch {outcome.same_as}: nothing was written")
    elif not found.errors:
        click.echo(f"{found.format}: {len(found.items)} items, {found.gold} gold, {len(found.quarantined)} quarantined")


@annotation.command("export")
@click.option("--project", required=True, metavar="SLUG", help="An existing project.")
@click.option("--format", "form", required=True, type=click.Choice([*exporting.WRITERS, "voc"]), help="The form to write.")
@click.option("--out", type=click.Path(path_type=Path), help="A file, or for voc a folder; without it, standard output.")
@with_app()
def take_out(project: str, form: str, out: Path | None) -> None:
    """Write a project's items with the answers that stand: gold, else what was accepted."""
    row = queries.project_of(project)
    if row is None:
        refuse(f"there is no project {project}")
    if form == "voc" and out is None:
        raise click.UsageError("voc is many files: name a folder with --out")
    items, labels = datasets.results(row)
    try:
        _write_export(items, labels, form, out)
    except exporting.CannotExport as no:
        refuse(str(no))


def _write_export(items: list[Item], labels: list[Label], form: str, out: Path | None) -> None:
    if form == "voc" and out is not None:
        for name, content in exporting.export_voc(items).items():
            file = out / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return
    written = exporting.export(items, form, labels)
    if out is None:
        click.echo(written, nl=False)
    else:
        out.write_bytes(written)


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
