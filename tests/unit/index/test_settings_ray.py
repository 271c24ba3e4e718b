"""The address of a Ray cluster."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from index.settings import Settings


@pytest.mark.parametrize("address", ["", "auto", "local", "192.0.2.1:6379", "head.example.org:6379", "[::1]:6379"])
def test_what_ray_data_works_with_is_an_address(address: str) -> None:
    assert Settings(ray_address=f" {address}").ray_address == address


@pytest.mark.parametrize("address", ["head", "head:port", "head:0", "user:key@head:6379", "http://head:6379", "a:1/"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="HOST:PORT, auto or local"):
        Settings(ray_address=address)


def test_the_client_of_ray_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValidationError, match="run `ray start` here too"):
        Settings(ray_address="ray://head:10001")
