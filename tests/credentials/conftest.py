"""Where a test of certificates begins: to publish a course is the long part of it, and no test here is about that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.conftest import given_back
from tests.credentials.certified import pin


@pytest.fixture(scope="module")
def ground(school: Flask) -> Iterator[Flask]:
    """amina's cohort learns a real course. A file whose tests only look at her certificate gives it to her as well."""
    with given_back(school):
        pin(school, "annotation-basics")
        yield school
