"""What the programming course says a program shows is what Python shows, to the letter."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

LESSONS = sorted((Path(__file__).parents[2] / "courses" / "programming-python").glob("*/lesson.md"))
PROGRAM = re.compile(r"^```python\n(.*?)^```\n(.*?)(?=^```python\n|^## |\Z)", re.DOTALL | re.MULTILINE)
SHOWN = re.compile(r"(?:^```\n(.*?)^```$|You see `([^`]*)`)", re.DOTALL | re.MULTILINE)
EXAMPLES = [
    pytest.param(program, found[1] or found[2] + "\n", id=f"{lesson.parent.name}-{number}")
    for lesson in LESSONS
    for number, (program, after) in enumerate(PROGRAM.findall(lesson.read_text(encoding="utf-8")), 1)
    if (found := SHOWN.search(after))
]


def test_the_lessons_say_what_their_programs_show() -> None:
    assert len(EXAMPLES) >= 14


@pytest.mark.parametrize(("program", "said"), EXAMPLES)
def test_a_program_shows_what_the_lesson_says(program: str, said: str) -> None:
    """The answers a person types stand behind the question in what the lesson shows; a message may be broken into lines for a phone."""
    typed = iter(said.splitlines())
    shown = io.StringIO()

    def ask(question: str) -> str:
        line = next(line for line in typed if line.startswith(question))
        shown.write(line + "\n")
        return line.removeprefix(question)

    try:
        with contextlib.redirect_stdout(shown):
            exec(compile(program, "lesson", "exec"), {"input": ask})
    except NameError as error:
        shown.write(f"NameError: {error}")  # Python adds what it thinks was meant when it writes the message out
        said = " ".join(said.split())[: len(shown.getvalue())]
    assert shown.getvalue() == said
