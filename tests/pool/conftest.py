"""Where a test of the pool begins: a certificate is the long part of meeting its rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.conftest import given_back
from tests.credentials.certified import certify


@pytest.fixture(scope="module")
def ground(school: Flask) -> Iterator[Flask]:
    """amina has the certificate of the real course, and nothing else of the rule."""
    with given_back(school):
        certify(school)
        yield school
