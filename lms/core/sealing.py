"""Fields that a stolen database must not give away: sealed with AES-GCM, found again by a keyed index.

The key lives in the keys folder, never in the database. The column's name is bound into each value, so that a sealed phone number
copied into another column does not open.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

KEY_ID = b"\x01"
KEY_FILE = "fields.key"
KEY_SIZE = 32


def make_key(folder: Path) -> bool:
    """Write a new `fields.key` that only its owner may read. False where there is one: without the old key nothing opens any more."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{secrets.token_hex(8)}"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(KEY_SIZE))
    try:
        os.link(part, folder / KEY_FILE)  # whole or not at all: another process may be starting beside this one
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


class Keyring:
    """The field key of this process; `unlock` reads it, making it at the first start of an installation."""

    def __init__(self) -> None:
        self._key: bytes | None = None
        self._parts: dict[str, bytes] = {}

    def unlock(self, folder: Path, *, make: bool) -> None:
        """Read the key from `folder/fields.key`. FileNotFoundError: it is missing and may not be made; ValueError: it is cut off."""
        path = folder / KEY_FILE
        if make and not path.exists():
            make_key(folder)
        key = path.read_bytes()
        if len(key) != KEY_SIZE:
            raise ValueError(f"{path} has {len(key)} bytes, not {KEY_SIZE}")
        self._key = key
        self._parts = {}

    def part(self, purpose: str) -> bytes:
        """A key for one purpose, derived from the one that is kept."""
        if self._key is None:
            raise RuntimeError("the field key was not unlocked")
        if purpose not in self._parts:
            self._parts[purpose] = hmac.digest(self._key, purpose.encode(), "sha256")
        return self._parts[purpose]


keyring = Keyring()


def blind(value: str, purpose: str) -> str:
    """An index by which a sealed value is found: the same value gives the same sign, and nobody without the key can try values."""
    return hmac.digest(keyring.part("blind:" + purpose), value.encode(), "sha256").hex()


class Sealed(TypeDecorator[str]):
    """A text column kept encrypted. `place` is `table.column`."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        nonce = os.urandom(12)
        return KEY_ID + nonce + AESGCM(keyring.part("seal")).encrypt(nonce, value.encode(), self.place.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return AESGCM(keyring.part("seal")).decrypt(value[1:13], value[13:], self.place.encode()).decode()
        except InvalidTag as wrong:
            raise RuntimeError(f"{self.place} was sealed with another key or for another column") from wrong
