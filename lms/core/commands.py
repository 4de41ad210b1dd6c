"""`lms i18n`: the catalogues of the interface's words."""

from __future__ import annotations

import click

from lms.core import catalogues
from lms.core.errors import Refused
from lms.core.i18n import LANGUAGES, OFFERED
from lms.core.shell import refuse

ENGLISH = {"en"}  # the words of the source itself


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing: only say what is wrong.")
@click.option("--add", "added", type=click.Choice(sorted(set(LANGUAGES) - ENGLISH)), help="Begin the catalogue of one more language.")
def i18n(only_check: bool, added: str | None) -> None:
    """Bring the catalogues to the words of the source, compile and check them: a line per finding, exit 1 when there is one."""
    try:
        template = catalogues.extract()
    except Refused as no:
        refuse(no.sentence)
    folder = catalogues.FOLDER
    found = []
    for language in sorted({*catalogues.languages(folder), *OFFERED, *([added] if added else [])} - ENGLISH):
        catalog = catalogues.load(language, folder)
        if not only_check:
            catalogues.update(catalog, template)
            catalogues.mend(catalog, language)
            catalogues.save(catalog, language, folder)
        done, whole = catalogues.share(catalog, template)
        click.echo(f"{language}: {done} of {whole} messages translated")
        found += [f"{language}: {wrong}" for wrong in catalogues.check(catalog, language)]
        if language in OFFERED:
            found += [f"{language}: not translated: {words!r}" for words in catalogues.missing(catalog, template)]
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)
