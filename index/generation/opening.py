"""The generator that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.generation.openai_generator import OpenAIGenerator
    from index.settings import Settings

__all__ = ["open_generator"]


def open_generator(settings: Settings) -> OpenAIGenerator | None:
    """Return the language model behind LLM_BASE_URL, None if that is not set; nothing is asked yet."""
    if not settings.llm_base_url:
        return None
    from index.generation.openai_generator import OpenAIGenerator

    return OpenAIGenerator(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key=settings.llm_api_key.get_secret_value(),
        max_tokens=settings.llm_max_tokens,
        context_tokens=settings.llm_context_tokens,
        concurrency=settings.llm_concurrency,
    )
