"""What many suites begin with: models, loaded once; a journal and services; the command line in a
folder of its own; a bot on a wire.

What only some of them need is imported by the fixture that gives it, or every test of a word would wait for Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.support.paths import SEEDS

if TYPE_CHECKING:
    from index.journal.journal import Journal
    from tests.e2e.desk_world import World
    from tests.support.cli_kit import Cli
    from tests.support.desk_kit import DeskLibrary
    from tests.support.discord.driver import Discord
    from tests.support.discord.wire import Wire
    from tests.support.journals import Clock
    from tests.support.services_alone import Services, Sources

settings.register_profile("full", deadline=None)  # a busy machine is no failure
settings.register_profile("quick", settings.get_profile("full"), max_examples=25)
settings.load_profile("quick")  # `make test-all` runs with --hypothesis-profile=full
FOLDER_MARKS = {"e2e": pytest.mark.e2e, "torture": pytest.mark.slow}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests whose folder says what they need."""
    for item in items:
        if mark := FOLDER_MARKS.get(item.path.relative_to(Path(__file__).parent).parts[0]):
            item.add_marker(mark)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where an index may be built."""
    return tmp_path / "index"


@pytest.fixture(scope="session")
def article() -> str:
    """The text of the article that is the first source."""
    return (SEEDS / "llama-4-release.md").read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def real_embedder() -> Any:
    """The default model, as the installed package carries it."""
    from index.embedding.onnx_embedder import BUNDLED, OnnxEmbedder
    from index.embedding.sentence_transformer import SentenceTransformerEmbedder

    return OnnxEmbedder(lambda: SentenceTransformerEmbedder(BUNDLED))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sentence-transformers model of random weights that pools by the mean."""
    return _save_model(tmp_path_factory.mktemp("tiny"), "mean", dimension=16)


@pytest.fixture(scope="session")
def cls_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but its vector is that of the first token."""
    return _save_model(tmp_path_factory.mktemp("cls"), "cls", dimension=24)


@pytest.fixture
def cli(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line, with the model of random weights, in a folder with one source and no index."""
    from tests.support.cli_kit import BREAD, SETTINGS, Cli
    from tests.support.index_fakes import write

    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EMBEDDING_MODEL", str(tiny_model))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "seeds", a_md=BREAD)
    return Cli(tmp_path, monkeypatch, capsys)


@pytest.fixture
def built(cli: Cli) -> Cli:
    """The same with an index."""
    assert cli("reindex").code == 0
    return cli


@pytest.fixture
def clock() -> Clock:
    """The journal's, which goes on when told to."""
    from tests.support.journals import Clock

    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    """A real one that keeps questions for 30 days."""
    from index.journal.journal import Journal

    journal = Journal(tmp_path / "journal.sqlite3", keep_days=30, clock=clock)
    yield journal
    journal.close()


@pytest.fixture
def sources() -> Sources:
    """One snapshot."""
    from tests.support.services_alone import TEXT, Sources

    return Sources(one=TEXT)


@pytest.fixture
def services(sources: Sources, clock: Clock, tmp_path: Path) -> Services:
    """The services over them and a real journal."""
    from index.journal.journal import Journal
    from tests.support.services_alone import services_over

    return services_over(sources, Journal(tmp_path / "journal.sqlite3", clock=clock))


@pytest.fixture
def broken(sources: Sources, tmp_path: Path) -> Services:
    """Services whose journal is no database."""
    from index.journal.journal import Journal
    from tests.support.services_alone import services_over

    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    return services_over(sources, Journal(path))


@pytest.fixture
def library(tmp_path: Path) -> DeskLibrary:
    """A library with real services and a real journal, and answers by its attributes."""
    from tests.support.desk_kit import DeskLibrary

    return DeskLibrary(tmp_path)


@pytest.fixture
async def wire(library: DeskLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    """A bot over that library in two servers, one of them listed, that takes any number of questions."""
    from tests.support.desk_kit import at_the_desk
    from tests.support.discord.wire import NO_LIMITS

    async with at_the_desk(library, tmp_path, limits=NO_LIMITS) as wire:
        yield wire


def _save_model(folder: Path, pooling: str, *, dimension: int) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    characters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{at}" for at in characters)]
    bert = folder / "bert"
    bert.mkdir()
    (bert / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(vocab=str(bert / "vocab.txt"), model_max_length=128).save_pretrained(bert)
    BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=dimension,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=128,
        )
    ).save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=128)
    SentenceTransformer(modules=[transformer, Pooling(dimension, pooling), Normalize()]).save(str(folder / "model"))
    return folder / "model"


@pytest.fixture
def discord(world: World) -> Discord:
    """The other side of the bot of the module's own world."""
    return world.discord


@pytest.fixture
def bots_log(world: World) -> Iterator[None]:
    """What the bots of that world logged during a test is shown with it if it fails."""
    before = len(world.log)
    yield
    print(world.log[before:])  # noqa: T201 - pytest shows it
