"""Stages of a reindex, by the names that progress callbacks and the command line use, and of an answer."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["TOKEN_STAGES", "AnswerStage", "Stage"]


class Stage(StrEnum):
    """What the index is doing."""

    FETCHING_SOURCES = "fetching sources"
    READING_SOURCES = "reading sources"
    EMBEDDING_PASSAGES = "embedding passages"
    WRITING_SNAPSHOT = "writing the snapshot"
    LOADING_MODEL = "loading the model"
    LOADING_INDEX = "loading the index"
    CHECKING_SUGGESTIONS = "checking suggestions"
    CHECKING_GAPS = "asking open gaps again"
    COMPARING_ANSWERS = "comparing answers"
    CHECKING_SNAPSHOT = "checking the snapshot"
    WAITING_FOR_REINDEX = "waiting for the reindex that runs"
    WAITING_FOR_PROCESS = "waiting for another process"


TOKEN_STAGES = frozenset({Stage.EMBEDDING_PASSAGES})
"""Stages whose progress is counted in tokens."""


class AnswerStage(StrEnum):
    """What takes time of an answer."""

    RETRIEVE = "retrieve"
    READ = "read"
    WRITE = "write"
