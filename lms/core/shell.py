"""What commands share: the application on demand, one transaction, one sentence on a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import click

from lms.core.db import transaction
from lms.core.errors import Refused

F = TypeVar("F", bound=Callable[..., Any])


def with_app(*, write: bool = False) -> Callable[[F], F]:
    """Run a command inside the application and one transaction. The root command's `obj` makes the application.

    A Refused becomes its sentence on stderr and exit 1; whatever raises is rolled back.
    """

    def wrap(command: F) -> F:
        @wraps(command)
        def inside(*args: Any, **kwargs: Any) -> Any:
            app = click.get_current_context().find_root().obj()
            with app.app_context():
                try:
                    with transaction(write=write):
                        return command(*args, **kwargs)
                except Refused as no:
                    refuse(no.sentence)

        return inside  # type: ignore[return-value]

    return wrap


def refuse(sentence: str) -> NoReturn:
    """Exit 1: refused, or found wanting. One sentence on stderr."""
    click.echo(sentence, err=True)
    raise SystemExit(1)


def print_json(value: Any) -> None:
    """One JSON object in UTF-8 and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False))
