"""Which engines a STORE_URL names."""

from __future__ import annotations

import pytest

from index.retrieval.faiss_store import FaissEngine
from index.retrieval.milvus_keywords import MilvusKeywordEngine
from index.retrieval.milvus_vectors import MilvusVectorEngine
from index.retrieval.opening import open_engines
from index.retrieval.postgres_keywords import PostgresKeywordEngine
from index.retrieval.postgres_vectors import PgVectorEngine
from index.retrieval.tantivy_keywords import TantivyEngine


def test_without_a_url_vectors_and_keywords_are_files(tmp_path):
    engines = open_engines("", tmp_path)
    assert (type(engines.vectors), type(engines.keywords), engines.make_live) == (FaissEngine, TantivyEngine, None)


def test_milvus_is_not_connected_to_before_it_is_needed(tmp_path):
    engines = open_engines("milvus://127.0.0.1:1", tmp_path)
    assert (type(engines.vectors), type(engines.keywords)) == (MilvusVectorEngine, MilvusKeywordEngine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_postgresql_is_not_connected_to_before_it_is_needed(tmp_path, scheme):
    engines = open_engines(f"{scheme}://127.0.0.1:1/none", tmp_path)
    assert (type(engines.vectors), type(engines.keywords)) == (PgVectorEngine, PostgresKeywordEngine)
    assert engines.make_live is None
    assert list(tmp_path.iterdir()) == []


def test_only_the_shared_index_is_live_for_other_programs(tmp_path):
    assert open_engines("milvus://127.0.0.1:1", tmp_path).make_live
    assert open_engines("milvus://127.0.0.1:1", tmp_path, shared=False).make_live is None
