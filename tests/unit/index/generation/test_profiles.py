from __future__ import annotations

import pytest

from index.generation.profiles import GENERIC, LLAMA_4_MAVERICK, LLAMA_4_SCOUT, profile_of


@pytest.mark.parametrize(
    "name",
    [
        "meta-llama/Llama-4-Scout-17B-16E-Instruct",
        "meta-llama/llama-4-scout",
        "Llama-4-Scout-17B-16E-Instruct-Q4_K_M.gguf",
        "/models/Llama-4-Scout-17B-16E-Instruct-UD-Q2_K_XL-00001-of-00003.gguf",
        "nvidia/Llama-4-Scout-17B-16E-Instruct-FP8",
        "meta.llama4-scout-17b-instruct-v1:0",
        "accounts/fireworks/models/llama4-scout-instruct-basic",
        "llama4:scout",
        "llama4:16x17b",
        "llama4",
        "llama4:latest",
    ],
)
def test_scout_is_known_as_every_server_writes_it(name: str) -> None:
    assert profile_of(name) is LLAMA_4_SCOUT


@pytest.mark.parametrize(
    "name",
    [
        "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
        "meta-llama/llama-4-maverick",
        "meta.llama4-maverick-17b-instruct-v1:0",
        "llama4:128x17b",
    ],
)
def test_maverick_is_known_as_every_server_writes_it(name: str) -> None:
    assert profile_of(name) is LLAMA_4_MAVERICK


@pytest.mark.parametrize("name", ["", "llama3.2:latest", "Llama-3.1-8B-Instruct", "qwen2.5-coder-0.5b", "scout"])
def test_other_models_get_the_generic_profile(name: str) -> None:
    assert profile_of(name) is GENERIC


def test_llama_4_profiles_hold_what_its_model_card_says() -> None:
    assert (LLAMA_4_SCOUT.context_tokens, LLAMA_4_MAVERICK.context_tokens) == (10_000_000, 1_000_000)
    assert all(
        (profile.reads_pictures, profile.temperature, profile.top_p) == (True, 0.6, 0.9)
        for profile in (LLAMA_4_SCOUT, LLAMA_4_MAVERICK)
    )
