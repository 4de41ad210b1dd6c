"""Passwords: argon2id, at a cost a small server can bear when a whole class signs in."""

from __future__ import annotations

import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from lms.core.access import Role

AT_ONCE = threading.Semaphore(4)  # 46 MiB each: more at once would crowd out the pages
TRAINEE_LENGTH = 8
LENGTH = 12


@lru_cache(maxsize=2)
def _hasher(cheap: bool) -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=64 if cheap else 46 * 1024, parallelism=1)


def hasher() -> PasswordHasher:
    """argon2id with 46 MiB, one pass, one lane; tests use a cheap one."""
    return _hasher(bool(current_app.testing))


@lru_cache(maxsize=2)
def _decoy(cheap: bool) -> str:
    return _hasher(cheap).hash("nobody's password")


def make(password: str) -> str:
    """The hash to keep. Slow: call `release()` first."""
    with AT_ONCE:
        return hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is right. An account that is unknown costs the same time as one that is known. Slow."""
    with AT_ONCE:
        try:
            right = hasher().verify(kept or _decoy(bool(current_app.testing)), password)
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def remade(kept: str, password: str) -> str | None:
    """A new hash of a password that was right, where the kept one was made at an older cost. Slow."""
    return make(password) if hasher().check_needs_rehash(kept) else None


def shortest(roles: frozenset[Role]) -> int:
    """How many signs a password needs: 8 for trainees, 12 for those who see other people's rows."""
    return TRAINEE_LENGTH if roles <= {Role.TRAINEE} else LENGTH
