"""The address of a search server."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from index.settings import Settings


def store_url(value: str) -> str:
    return Settings(_env_file=None, store_url=value).store_url.get_secret_value()


@pytest.mark.parametrize(
    "url", ["", "milvus://127.0.0.1:19530", "milvus://u:p@host/base", "milvus+tls://host:443/base", "milvus:///x/y.db"]
)
def test_a_milvus_is_named_by_host_or_file(url):
    assert store_url(f" {url} ") == url


@pytest.mark.parametrize(
    "url", ["http://host:19530", "milvus://", "milvus:", "host:19530", "milvus://host:0", "milvus://host:many"]
)
def test_anything_else_is_refused_with_the_form_and_without_the_value(url):
    with pytest.raises(ValidationError, match=r"it should be milvus://host:port/database") as refused:
        store_url(url.replace("host", "geheim"))
    assert "geheim" not in str(refused.value)


def test_the_password_is_in_no_text_of_the_settings():
    settings = Settings(_env_file=None, store_url="milvus://u:geheim@host/base")
    assert "geheim" not in f"{settings!r} {settings} {settings.model_dump_json()}"
