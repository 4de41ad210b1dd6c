"""The bits of a Bitstring Status List 1.0 (W3C): one list tells of 131,072 certificates which of them no longer stand.

So many at least that to ask for a list tells nobody whose certificate is being checked. Pure.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable

SIZE = 131_072  # bits: the least the standard allows


def encode(places: Iterable[int]) -> str:
    """The `encodedList` in which these places are set: bit 0 is the left-most of the first byte; gzip, base64url, `u` in front."""
    bits = bytearray(SIZE // 8)
    for place in places:
        if not 0 <= place < SIZE:
            raise ValueError(f"a list has the places 0 to {SIZE - 1}, not {place}")
        bits[place >> 3] |= 0x80 >> (place & 7)
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def is_set(encoded: str, place: int) -> bool:
    """Whether a place is set in an `encodedList` of ours."""
    packed = encoded.removeprefix("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return bool(bits[place >> 3] & 0x80 >> (place & 7))
