"""`lms certificates`: look at a design before anyone is given it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from lms.credentials import codes, sheets, wording

# Signs that spell what it is: an installation answers 404 for it.
SAMPLE_CODE = codes.checked("SAMP1ESAMP1ESAM")

SAMPLE = sheets.Sheet(
    code=SAMPLE_CODE,
    url=f"https://rukn.example/v/{codes.printed(SAMPLE_CODE)}",
    organisation={"en": "Rukn", "ar": "ركن"},
    name="Amina Haddad",
    own_name="أمينة حداد",
    own_language="ar",
    course={"en": "Annotation basics", "ar": "أساسيات توسيم البيانات"},
    hours=34,
    lessons=16,
    tasks=8,
    skills={
        "en": ("boxes and polygons", "names in text", "quality rules", "privacy of data"),
        "ar": ("المربعات والمضلّعات", "الأسماء في النص", "قواعد الجودة", "خصوصية البيانات"),
    },
    issued=date(2026, 10, 24),
    signer={"en": "Dana Rashid", "ar": "دانة رشيد"},
    role={"en": "Head of programme", "ar": "إدارة البرنامج"},
)


@click.group()
def certificates() -> None:
    """Designs of the certificate sheet."""


@certificates.command()
@click.argument("design")
@click.option("--lang", default="en", show_default=True, help="The leading language of the sheet.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the PDF; without it, to standard output.")
def preview(design: str, lang: str, out: Path | None) -> None:
    """Print a sheet of sample data as PDF. Needs no database."""
    if design not in sheets.designs():
        raise click.UsageError(f"There is no design {design!r}. The designs: {', '.join(sheets.designs())}.")
    known = wording.languages(sheets.DESIGNS / design)
    if lang not in known:
        raise click.ClickException(f"The design {design} has no words in {lang!r}, only in {', '.join(known)}.")
    second = next((language for language in known if language != lang), None)
    drawn = sheets.render(replace(SAMPLE, languages=(lang, second) if second else (lang,)), design)
    if out is None:
        click.echo(drawn, nl=False)
        return
    try:
        out.write_bytes(drawn)
    except OSError as trouble:
        raise click.ClickException(f"{out} cannot be written: {trouble.strerror}.") from trouble
