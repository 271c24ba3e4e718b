from __future__ import annotations

import sys

import pytest
from pydantic import SecretStr, ValidationError

from index.domain.errors import LibraryError
from index.objects.store import ObjectStore
from index.settings import Settings


@pytest.mark.parametrize("address", ["footnote", "s3:///prefix", "http://host/bucket", "file://host/folder", "s3://["])
def test_what_is_no_object_storage_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="s3://BUCKET/PREFIX or file:///FOLDER"):
        Settings(objects_url=address)


@pytest.mark.parametrize("address", ["s3://key:secret@bucket/prefix", "s3://bucket/prefix?secret_access_key=secret"])
def test_a_key_in_the_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ValidationError, match="AWS_ACCESS_KEY_ID") as error:
        Settings(objects_url=address)
    assert address not in str(error.value)


def test_a_wrong_endpoint_is_refused() -> None:
    with pytest.raises(ValidationError, match="not a web address"):
        Settings(objects_endpoint="minio:9000")


def test_the_secret_is_not_in_the_settings_text() -> None:
    assert "secret-key" not in repr(Settings(aws_secret_access_key=SecretStr("secret-key")))


def test_without_the_package_a_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(LibraryError, match=r"footnote\[s3\]"):
        ObjectStore("s3://bucket/prefix")
