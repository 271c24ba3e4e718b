"""Archives of books and office documents, made by tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Content", "archive", "epub", "odt"]

Content = str | bytes | Iterable[bytes]
"""Content of a file in an archive; its pieces are never all in memory."""

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def archive(files: Mapping[str, Content]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            if isinstance(content, str | bytes):
                made.writestr(name, content)
                continue
            with made.open(name, "w", force_zip64=True) as entry:
                for piece in content:
                    entry.write(piece)
    return packed.getvalue()


def epub(
    chapters: Mapping[str, str],
    *,
    metadata: str = "",
    order: Sequence[str] | None = None,
    properties: Mapping[str, str] | None = None,
    more: Mapping[str, Content] | None = None,
) -> bytes:
    """A book of chapters, by their names, in an `order` of reading."""
    kinds = properties or {}
    items = "".join(
        f'<item id="{name}" href="{name}" media-type="application/xhtml+xml" properties="{kinds.get(name, "")}"/>'
        for name in chapters
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in order or chapters)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    pages = {f"OPS/{name}": f"<html><head><title/></head><body>{body}</body></html>" for name, body in chapters.items()}
    return archive({"META-INF/container.xml": CONTAINER, "OPS/book.opf": package, **pages, **(more or {})})


NAMESPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("style", "style"),
            ("draw", "drawing"),
            ("meta", "meta"),
        )
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def odt(
    *body: str, automatic: str = "", styles: str = "", meta: str = "", more: Mapping[str, Content] | None = None
) -> bytes:
    """An OpenDocument text with these elements in its body."""
    content = f"<office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:text>{''.join(body)}"
    files = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:c {NAMESPACES}>{content}</office:text></office:body></office:c>",
        "styles.xml": f"<office:s {NAMESPACES}>{styles}</office:s>",
        "meta.xml": f"<office:m {NAMESPACES}><office:meta>{meta}</office:meta></office:m>",
    }
    return archive({**files, **(more or {})})
