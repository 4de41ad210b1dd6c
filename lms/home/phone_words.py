"""The words of an own phone's script, which counts and measures by itself. Places stand in them as `{n}`."""

from __future__ import annotations

from flask_babel import get_locale

from lms.core import fmt
from lms.core.i18n import _, ngettext

SAMPLES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
"""A number of each plural category of CLDR: what `Intl.PluralRules` says in the browser, in a language that has it."""


def words() -> dict[str, str | dict[str, str]]:
    """Name -> sentence, or -> plural category -> sentence, in the language of the page."""
    hole, locale = "{n}", get_locale()
    used = {kind: k for kind, k in SAMPLES.items() if kind == "other" or (locale and kind in locale.plural_form.tags)}
    return {
        "unsent": {
            kind: ngettext("%(n)s answer is not sent yet.", "%(n)s answers are not sent yet.", k, n=hole) for kind, k in used.items()
        },
        "refused": {
            kind: ngettext("%(n)s answer was not taken.", "%(n)s answers were not taken.", k, n=hole) for kind, k in used.items()
        },
        "lose": {
            kind: ngettext(
                "You have %(n)s answer that is not sent. Connect first, or lose it.",
                "You have %(n)s answers that are not sent. Connect first, or lose them.", k, n=hole,
            )
            for kind, k in used.items()
        },
        "signIn": _("Sign in to send."),
        "sending": _("We are sending it."),
        "sent": _("Your answer is sent."),
        "queued": _("Saved on this phone. We will send it when you are online."),
        "saved": _("Saved on this phone, %(time)s", time="{time}"),
        "savedHere": _("Saved on this phone"),
        "saving": _("We are saving it."),
        "needs": _("This needs internet."),
        "ended": _("Your time for this item is over. Connect, and take it again."),
        "full": _("Your phone is full. Remove a week."),
        "notSent": _("Not sent yet"),
        "remove": _("Remove"),
        "space": _("All of it takes %(size)s on this phone.", size="{size}"),
        "nothing": _("Nothing is saved yet."),
        "updated": _("Last updated %(day)s, %(time)s", day="{day}", time="{time}"),
        "loseIt": _("Lose it and go on"),
        "cleared": _("This phone is clear. Sign out when you are online."),
        "kb": _("%(n)s KB", n=hole),
        "mb": _("%(n)s MB", n=hole),
        "digits": "".join(fmt.num(digit) for digit in range(10)),
    }  # fmt: skip
