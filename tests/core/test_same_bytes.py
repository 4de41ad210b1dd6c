"""The same Markdown is the same HTML, byte for byte: a version published again, or by another server, is no other page."""

from __future__ import annotations

from lms.core.content import render


def test_the_same_text_is_the_same_bytes() -> None:
    made = {render("```python\nprint(1)\n```", images={}) for _time in range(64)}
    assert len(made) == 1
    assert made.pop().startswith('<pre dir="ltr" tabindex="0"><code')
