from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from index.cli.app import main
from index.settings import Settings


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", "http://[/v1"]
)
def test_wrong_server_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="not a web address"):
        Settings(llm_base_url=address)


@pytest.mark.parametrize("address", ["https://key@host/v1", "https://user:key@host/v1", "https://host/v1?key=secret"])
def test_key_in_the_server_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ValidationError, match="LLM_API_KEY") as error:
        Settings(llm_base_url=address)
    assert address not in str(error.value)


@pytest.mark.parametrize(
    "address", ["http://host:8000/v1", "http://host:8000/v1/", "http://host:8000/v1/chat/completions"]
)
def test_server_address_is_read_with_or_without_its_last_part(address: str) -> None:
    assert Settings(llm_base_url=address).llm_base_url == "http://host:8000/v1"


def test_model_that_was_never_released_is_said_to_be_so() -> None:
    with pytest.raises(ValidationError, match="never released"):
        Settings(llm_model="meta-llama/Llama-4-Behemoth-288B-16E")


def test_key_is_not_in_the_settings_text() -> None:
    assert "secret-key" not in repr(Settings(llm_api_key=SecretStr("secret-key")))


def test_wrong_setting_ends_the_command_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLM_BASE_URL", "nonsense")
    monkeypatch.setattr("sys.argv", ["index", "status"])
    assert main() == 2
    assert capsys.readouterr().err == (
        "LLM_BASE_URL can't be used: it is not a web address; write for example LLM_BASE_URL=http://127.0.0.1:8000/v1\n"
    )


def test_the_embedding_server_s_address_is_checked_as_well() -> None:
    assert Settings(embedding_url="http://host:8080/v1/embeddings").embedding_url == "http://host:8080/v1"
    with pytest.raises(ValidationError, match="EMBEDDING_API_KEY"):
        Settings(embedding_url="http://key@host:8080/v1")
