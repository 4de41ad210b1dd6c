"""`lms i18n`: the catalogues of the interface's words."""

from __future__ import annotations

import click

from lms.core import catalogues
from lms.core.errors import Refused
from lms.core.i18n import LANGUAGES, OFFERED
from lms.core.shell import refuse


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing: only say what is wrong.")
@click.option("--add", "added", type=click.Choice(sorted(set(LANGUAGES) - {"en"})), help="Begin the catalogue of one more language.")
def i18n(only_check: bool, added: str | None) -> None:
    """Bring the catalogues to the words of the source, compile and check them: a line per finding, exit 1 when there is one."""
    try:
        template = catalogues.extract()
    except Refused as no:
        refuse(no.sentence)
    found = []
    for language in sorted({*catalogues.languages(), *([added] if added else [])}):
        catalog = catalogues.load(language)
        if not only_check:
            catalogues.update(catalog, template)
            catalogues.mend(catalog, language)
            catalogues.save(catalog, language)
        done, whole = catalogues.share(catalog, template)
        click.echo(f"{language}: {done} of {whole} messages translated")
        found += [f"{language}: {wrong}" for wrong in catalogues.check(catalog, language)]
        if language in OFFERED and done < catalogues.ENOUGH * whole:
            found.append(f"{language}: offered with fewer than {catalogues.ENOUGH:.0%} of its messages")
        if language in OFFERED:
            found += [f"{language}: not translated: {words!r}" for words in catalogues.missing(catalog, template)]
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)
