"""Handing in as grading knows it: what must be done before a task is a rule of learning, and tested there."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture
def course(app: Flask, course: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """The tiny course, its second lesson's task open to everybody."""
    monkeypatch.setitem(app.extensions, "task_rules", [])
    return course
