"""Files become documents; one bad file is named with its reason and stops no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.domain.errors import SourcesUnreadable
from index.domain.sources import SourceFile, SourceSet
from index.parsing.documents import parse
from index.parsing.formats import SUFFIXES
from index.parsing.unread import BETTER_KIND
from index.sources.folder import read_sources
from tests.support.index_fakes import write
from tests.support.paths import ROOT
from tests.torture.kit import without_override

GOOD = "A good source."


def read(folder: Path, max_bytes: int = 1_000) -> SourceSet:
    return read_sources(folder, max_bytes)


def names(reading: SourceSet) -> list[str]:
    return [file.source for file in reading.files]


def reasons(reading: SourceSet) -> dict[str, str]:
    return {item.source: item.reason for item in reading.skipped}


def document(name: str, text: str):
    return parse(SourceFile(name, text.encode()))


def test_every_md_and_txt_file_below_the_folder_is_a_source_in_the_order_of_paths(tmp_path):
    write(tmp_path, b_md=GOOD, a_txt=GOOD, big_MD=GOOD)
    write(tmp_path / "sub" / "deep", c_md=GOOD)
    assert names(read(tmp_path)) == ["a.txt", "b.md", "big.MD", "sub/deep/c.md"]
    assert read(tmp_path).skipped == ()


def test_a_file_of_an_unread_kind_is_named_with_the_step_that_mends_it(tmp_path):
    write(tmp_path, a_md=GOOD, notes_org=GOOD, Prices_XLS=GOOD, mail_eml=GOOD, x_unheard=GOOD)
    (tmp_path / "LICENSE").write_text(GOOD)
    write(tmp_path / "sub", talk_mp3=b"x", all_zip=b"x")
    found = reasons(read(tmp_path))
    assert found.pop("x.unheard").startswith("is of a kind that is not read: one of .md, ")
    assert found == {
        "LICENSE": "has no ending that says what it is: rename it to end in .txt or .md",
        "Prices.XLS": "is of a kind that is not read: save it as .xlsx",
        "mail.eml": "is of a kind that is not read: save it as .pdf",
        "notes.org": "is of a kind that is not read: save it as .html",
        "sub/all.zip": "is an archive, which is not read: unpack it",
        "sub/talk.mp3": "is a recording, which is not read: write down what is said",
    }


def test_an_unread_kind_is_to_be_saved_as_one_that_is_read():
    assert set(BETTER_KIND) - {".xlsx"} <= set(SUFFIXES)
    assert not {ending for endings in BETTER_KIND.values() for ending in endings} & set(SUFFIXES)


def test_pictures_and_the_folders_of_saved_pages_are_named_in_one_line(tmp_path):
    write(tmp_path, page_html=f"<p>{GOOD}", logo_png=b"x")
    write(tmp_path / "page_files", frame_html="<p>An advertisement.", style_css="x", a_png=b"x")
    assert names(read(tmp_path)) == ["page.html"]
    assert reasons(read(tmp_path)) == {"*.css, *.html, *.png": "are pictures or parts of pages: 4 files, not read"}


def test_a_single_picture_is_named_itself(tmp_path):
    write(tmp_path, a_md=GOOD, logo_png=b"x")
    assert list(reasons(read(tmp_path))) == ["logo.png"]


@pytest.mark.parametrize("name", ["~$report.docx", "a.md~", "#a.md#", "Thumbs.db", "desktop.ini", ".a.md.swp", "a.tmp"])
def test_what_editors_and_systems_leave_behind_is_passed_over(tmp_path, name):
    write(tmp_path, a_md=GOOD)
    (tmp_path / name).write_bytes(b"x")
    assert names(read(tmp_path)) == ["a.md"]
    assert read(tmp_path).skipped == ()


def test_the_list_of_pages_and_the_own_questions_are_no_unread_sources(tmp_path):
    write(tmp_path, a_md=GOOD, sources_toml="", questions_jsonl="")
    assert read(tmp_path).skipped == ()


def test_hidden_files_and_folders_are_passed_over(tmp_path):
    write(tmp_path, a_md=GOOD)
    write(tmp_path / ".git", b_md=GOOD)
    (tmp_path / ".hidden.md").write_text(GOOD)
    assert names(read(tmp_path)) == ["a.md"]
    assert read(tmp_path).skipped == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\t\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a binary file"),
        (b"x" * 1_001, "is larger than 0.001 MB: split it, or raise MAX_SOURCE_MB"),
    ],
)
def test_a_file_that_is_no_text_is_named_with_the_reason_and_the_others_are_read(tmp_path, data, reason):
    reading = read(write(tmp_path, bad_md=data, good_md=GOOD))
    assert names(reading) == ["good.md"]
    assert reason in reasons(reading)["bad.md"]


def test_a_file_as_large_as_the_limit_is_read(tmp_path):
    assert names(read(write(tmp_path, a_md="x" * 1_000))) == ["a.md"]


def test_links_out_of_the_folder_and_in_a_loop_and_to_nowhere_are_named(tmp_path):
    outside = write(tmp_path / "outside", secret_md="secret")
    seeds = write(tmp_path / "seeds", good_md=GOOD)
    (seeds / "out.md").symlink_to(outside / "secret.md")
    (seeds / "round.md").symlink_to(seeds / "round.md")
    (seeds / "gone.md").symlink_to(seeds / "nothing.md")
    reading = read(seeds)
    assert names(reading) == ["good.md"]
    assert "leads out of the folder" in reasons(reading)["out.md"]
    assert "loop" in reasons(reading)["round.md"] or "Too many levels" in reasons(reading)["round.md"]
    assert reasons(reading)["gone.md"] == "cannot be read: No such file or directory"


def test_a_link_to_a_source_in_the_folder_is_read(tmp_path):
    write(tmp_path, a_md=GOOD)
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    assert names(read(tmp_path)) == ["a.md", "b.md"]


def test_a_folder_that_is_a_link_is_named_and_not_followed(tmp_path):
    outside = write(tmp_path / "outside", secret_md="secret")
    seeds = write(tmp_path / "seeds", good_md=GOOD)
    (seeds / "out").symlink_to(outside)
    (seeds / "round").symlink_to(seeds)
    reading = read(seeds)
    assert names(reading) == ["good.md"]
    assert set(reasons(reading)) == {"out/", "round/"}
    assert all("link to a folder" in reason for reason in reasons(reading).values())


def test_a_folder_and_a_pipe_that_are_named_like_sources_stop_nothing(tmp_path):
    write(tmp_path, good_md=GOOD)
    write(tmp_path / "folder.md", inner_md=GOOD)
    os.mkfifo(tmp_path / "pipe.md")
    reading = read(tmp_path)
    assert names(reading) == ["folder.md/inner.md", "good.md"]
    assert reasons(reading) == {"pipe.md": "is not a regular file"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere root reads every file, whatever its permissions")
def test_a_file_and_a_folder_without_permission_are_named(tmp_path):
    write(tmp_path, good_md=GOOD, shut_md=GOOD)
    write(tmp_path / "closed", a_md=GOOD)
    (tmp_path / "shut.md").chmod(0)
    (tmp_path / "closed").chmod(0)
    script = (
        "import json, sys\nfrom pathlib import Path\nfrom index.sources.folder import read_sources\n"
        "found = read_sources(Path(sys.argv[1]), 1_000)\n"
        "print(json.dumps([list(found.hashes), {at.source: at.reason for at in found.skipped}]))"
    )
    try:
        process = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            preexec_fn=without_override,
        )
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert json.loads(process.stdout) == [
        ["good.md"],
        {"closed/": "the folder cannot be listed: Permission denied", "shut.md": "cannot be read: Permission denied"},
    ]


def test_a_name_that_is_not_utf8_is_reported_and_stops_nothing(tmp_path):
    write(tmp_path, good_md=GOOD)
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text(GOOD)
    except OSError:
        pytest.skip("this file system takes no such name")
    reading = read(tmp_path)
    assert names(reading) == ["good.md"]
    assert reasons(reading) == {"caf?.md": "has a name that is not UTF-8: rename it"}


def test_no_folder_is_said_with_the_setting_that_mends_it(tmp_path):
    with pytest.raises(SourcesUnreadable, match="SEEDS_DIR") as refused:
        read(tmp_path / "nowhere")
    assert refused.value.exit_code == 4


def test_a_file_in_place_of_the_folder_is_no_folder(tmp_path):
    write(tmp_path, a_md=GOOD)
    with pytest.raises(SourcesUnreadable, match="There is no folder"):
        read(tmp_path / "a.md")


def test_no_source_at_all_says_so(tmp_path):
    with pytest.raises(SourcesUnreadable, match="There is no source"):
        read(tmp_path)


def test_where_no_source_can_be_read_each_is_named(tmp_path):
    write(tmp_path, **{f"bad{n}_md": b"\0" for n in range(7)})
    with pytest.raises(SourcesUnreadable, match=r"bad0\.md is a binary.*bad4\.md.*and 2 more"):
        read(tmp_path)


def test_what_is_hashed_is_the_bytes_of_the_file(tmp_path):
    reading = read(write(tmp_path, a_md=b"abc"))
    assert reading.hashes == {"a.md": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_line_ends_and_byte_order_mark_stay_in_the_text(name):
    text = "\ufeffOne line.\r\nThe next\rand one more.\n"
    assert document(name, text).text == text


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "---\ntitle: From the front\n---\n# From the heading\n", "From the front"),
        ("a.md", "# *From* the `heading`\n\n# Second\n", "From the heading"),
        ("a.md", "## Not of level one\n", "a"),
        ("my_long-name.md", "text", "my long name"),
        ("sub/my_name.txt", "# Not a heading here", "my name"),
        ("a.md", "---\ntitle:\n---\ntext", "a"),
    ],
)
def test_the_title_is_that_of_the_front_matter_else_the_first_heading_else_the_name(name, text, title):
    assert document(name, text).title == title


def test_url_and_metadata_come_from_the_front_matter():
    parsed = document("a.md", "---\nurl: https://a.b/c\ntags: [x, y]\n---\ntext")
    assert parsed.url == "https://a.b/c"
    assert parsed.metadata == {"url": "https://a.b/c", "tags": "x, y"}
    assert document("a.md", "text").url is None


def test_plain_text_has_no_front_matter_and_no_headings():
    parsed = document("a.txt", "---\ntitle: x\n---\n# y\n")
    assert [section.heading for section in parsed.sections] == [""]
    assert parsed.metadata == {}


def test_the_id_changes_with_the_text_and_with_the_name():
    ids = {document("a.md", "x").id, document("b.md", "x").id, document("a.md", "y").id}
    assert len(ids) == 3
    assert document("a.md", "x").id == document("a.md", "x").id


def test_a_file_that_is_being_saved_is_read_once_it_is_whole(tmp_path):
    path = tmp_path / "a.md"
    done = threading.Event()

    def save() -> None:
        with path.open("wb", buffering=0) as stream:
            stream.write(b"Half of it. ")
            done.set()
            for number in range(5):
                time.sleep(0.02)
                stream.write(b"And more. " if number < 4 else b"The end.")

    with ThreadPoolExecutor() as threads:
        saving = threads.submit(save)
        assert done.wait(10)
        (file,) = read_sources(tmp_path, 1_000).files
        saving.result(10)
    assert file.data == b"Half of it. " + b"And more. " * 4 + b"The end."


def test_a_file_that_is_never_at_rest_is_named_and_stops_no_other(tmp_path):
    write(tmp_path, a_md="Calm.", b_md="x")
    done = threading.Event()

    def keep_writing() -> None:
        with (tmp_path / "b.md").open("ab", buffering=0) as stream:
            while not done.is_set():
                stream.write(b"x")
                time.sleep(0.001)

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(keep_writing)
        reading = read_sources(tmp_path, 1_000_000)
        done.set()
        writing.result(10)
    assert [file.source for file in reading.files] == ["a.md"]
    assert [(skipped_file.source, skipped_file.reason) for skipped_file in reading.skipped] == [
        ("b.md", "is being written to: reindex once it is saved")
    ]
