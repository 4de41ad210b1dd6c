"""The English words of the interface are simple: level A2, and none of the words that frighten or blame.

A trainee reads them in a second language, on a small screen, perhaps in a hurry: short sentences, one idea in each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages.catalog import Message

from lms.catalogue import wording
from lms.core import catalogues

BANNED = re.compile(
    r"\b(?:please|oops|sorry|invalid|submit\w*|submission\w*|sessions?|failed|rejected|overdue|deadline|error occurred|network error)\b|!",
    re.IGNORECASE,
)
STAFF = re.compile(  # read by mentors, partners, staff and finance alone: plain words too, but a sentence may be longer
    r"(?:^|/)(?:cohorts|ledger|partners|reports)/|(?:^|/)(?:staff|mentor)_views\.py|(?:^|/)_staff\.html|^cli\.py"
    r"|annotation/(?:actions|datasets|uploads|queries|reviewing)\.py|annotation/(?:staff_|new_project|projects|review)"
    r"|payouts/(?:actions|views|wording|bankfile)\.py|payouts/(?:batch|batches|line)\.html"
    r"|pool/(?:index|show|sign_off|_rows)\.html|credentials/(?:all|show)\.html"
)


def said_in(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def complaints(message: Message) -> Iterator[str]:
    staff = all(STAFF.search(path) for path, _line in message.locations)
    for said in said_in(message):
        if banned := BANNED.search(said):
            yield f"{said!r} says {banned[0]!r}"
        for sentence in wording.sentences(re.sub(r"%\((\w+)\)s", r"\1", said)):
            if not staff and wording.words(sentence) > wording.LONGEST:
                yield f"{sentence!r} has {wording.words(sentence)} words"


def test_english_words_are_simple() -> None:
    messages = [message for message in catalogues.extract() if message.id]
    assert [f"{message.locations[0][0]}: {wrong}" for message in messages for wrong in complaints(message)] == []
