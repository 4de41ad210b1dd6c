"""The S3 store: a file that is lost is told from a store that cannot be read, whether our key may list the bucket or not."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lms.core.files import PROBE, Bucket, NotThere, store_for

LOST = {"Bucket": "school", "Key": "abc"}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Bucket, Stubber]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "no-key")
    made = store_for("s3://school")
    assert isinstance(made, Bucket)
    with Stubber(made.client) as said:
        yield made, said
    said.assert_no_pending_responses()


def probed(said: Stubber, *, readable: bool) -> None:
    said.add_response("put_object", {}, {"Bucket": "school", "Key": PROBE, "Body": b""})
    if readable:
        said.add_response("get_object", {"Body": io.BytesIO(b"")}, {"Bucket": "school", "Key": PROBE})
    else:
        said.add_client_error("get_object", "AccessDenied", http_status_code=403)


def test_what_is_there_is_given(bucket: tuple[Bucket, Stubber]) -> None:
    store, said = bucket
    said.add_response("get_object", {"Body": io.BytesIO(b"a page")}, LOST)
    assert store.get("abc") == b"a page"


def test_a_key_that_may_list_hears_that_it_is_lost(bucket: tuple[Bucket, Stubber]) -> None:
    store, said = bucket
    said.add_client_error("get_object", "NoSuchKey", http_status_code=404, expected_params=LOST)
    with pytest.raises(NotThere):
        store.get("abc")


def test_a_key_that_may_not_list_hears_denied_for_what_is_lost(bucket: tuple[Bucket, Stubber]) -> None:
    store, said = bucket
    said.add_client_error("get_object", "AccessDenied", http_status_code=403, expected_params=LOST)
    probed(said, readable=True)
    with pytest.raises(NotThere):
        store.get("abc")


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "SlowDown"])
def test_a_store_that_cannot_be_read_has_lost_nothing(bucket: tuple[Bucket, Stubber], code: str) -> None:
    """Else a wrong key would tell everybody that her files are gone."""
    store, said = bucket
    said.add_client_error("get_object", code, http_status_code=403, expected_params=LOST)
    if code == "AccessDenied":
        probed(said, readable=False)
    with pytest.raises(ClientError):
        store.get("abc")
