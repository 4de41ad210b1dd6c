"""What an action says when it will not do something."""

from __future__ import annotations


class Refused(Exception):
    """A rule says no. `sentence` is told to the person where they stand: what happened, and what to do now."""

    def __init__(self, sentence: object) -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)
