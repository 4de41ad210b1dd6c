"""What an action says when it will not do something."""

from __future__ import annotations


class Refused(Exception):
    """A rule says no. `sentence` is told to the person where they stand: what happened, and what to do now.

    `at` names the argument of the action that is to change, where one alone is: a form with a field of that name shows it there.
    """

    def __init__(self, sentence: object, at: str = "") -> None:
        super().__init__(str(sentence))
        self.sentence, self.at = str(sentence), at
