"""Pages are fetched from public hosts only, within limits, and a failure says what it was."""

from __future__ import annotations

import gzip
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from index.sources._fetch import FetchedPage, FetchFailed, fetch, retry_after
from index.sources._public_network import is_private
from tests.support.site import HOST, Page, Site, SiteRequest, page, served


@pytest.fixture
def site() -> Iterator[Site]:
    with served(a=page("Hello", ETag='"1"', Last_Modified="Wed, 01 Apr 2026 00:00:00 GMT")) as running:
        yield running


def get(site: Site, path: str = "/a", **options: Any) -> FetchedPage:
    options = {"allowed": {HOST}, "max_bytes": 10_000, "seconds": 20, "wait": 0.01, **options}
    return fetch(options.pop("url", site.url(path)), **options)


def why(site: Site, path: str = "/a", **options: Any) -> str:
    with pytest.raises(FetchFailed) as failed:
        get(site, path, **options)
    return str(failed.value)


def to(url: str) -> Page:
    return page("", 302, Location=url)


def known(**hosts: str) -> Callable[[str, int], list[str]]:
    """A name server: `inside` is inside.test, with commas between its addresses."""
    return lambda host, port: hosts[host.removesuffix(".test")].split(",")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",  # noqa: S104
        "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1:2:3:4:80ff:fffe",
        "", "localhost", "1.2.3", "0x7f.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_on_the_public_internet_is_private(address):
    assert is_private(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_a_public_address_is_not_private(address):
    assert not is_private(address)


def test_a_page_is_fetched_with_its_type_and_marks(site):
    response = get(site)
    assert response == FetchedPage(b"Hello", "text/html; charset=utf-8", '"1"', "Wed, 01 Apr 2026 00:00:00 GMT", 200)
    assert site.asked[0].headers["user-agent"].startswith("Footnote/")
    assert "if-none-match" not in site.asked[0].headers


def test_a_page_that_is_still_the_same_is_not_sent_again(site):
    site.pages["/a"] = lambda request, handler: page("", 304 if request.headers.get("if-none-match") == '"1"' else 500)(
        request, handler
    )
    response = get(site, etag='"1"', modified="Wed, 01 Apr 2026 00:00:00 GMT")
    assert (response.data, response.status) == (None, 304)
    assert site.asked[0].headers["if-modified-since"] == "Wed, 01 Apr 2026 00:00:00 GMT"


def test_loopback_is_refused_unless_its_name_is_allowed(site):
    assert why(site, allowed=()) == (
        "127.0.0.1 is an address of a private network: allow it in FETCH_ALLOW_HOSTS, or list another"
    )
    assert "localhost is an address of a private network" in why(site, url=site.url("/a", "localhost"))
    assert site.asked == []


def test_a_name_with_one_private_answer_among_public_ones_is_refused(site):
    resolver = known(mixed="93.184.216.34,127.0.0.1")
    assert "mixed.test is an address of a private network" in why(
        site, url=site.url("/a", "mixed.test"), resolver=resolver
    )


def test_a_host_is_resolved_once_and_connected_to_as_it_was_checked(site):
    """A name whose address changes in between (DNS rebinding) cannot lead into a private network."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    response = get(
        site, url=site.url("/a", "allowed.test"), allowed={"allowed.test"}, resolver=lambda host, port: next(answers)
    )
    assert response.data == b"Hello"
    assert next(answers) == ["10.0.0.1"]
    assert site.asked[0].headers["host"] == f"allowed.test:{site.port}"


def test_a_redirect_is_followed_and_every_hop_is_checked(site):
    site.pages |= {"/b": to("/c"), "/c": to(site.url("/a")), "/d": to(site.url("/a", "localhost"))}
    assert get(site, "/b").data == b"Hello"
    assert "localhost is an address of a private network" in why(site, "/d")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x.test/", "http://user:word@127.0.0.1/", "gopher://x"])
def test_a_redirect_to_what_is_no_page_is_refused(site, target):
    site.pages["/b"] = to(target)
    assert "no public page" in why(site, "/b")


def test_five_redirects_are_followed_and_no_more(site):
    site.pages |= {f"/r{number}": to(f"/r{number - 1}") for number in range(2, 8)} | {"/r1": to("/a")}
    assert get(site, "/r5").data == b"Hello"
    assert why(site, "/r6") == "more than 5 redirects"


def test_a_page_over_the_limit_is_refused_also_where_it_was_packed(site):
    site.pages["/big"] = page("x" * 10_001)
    site.pages["/fits"] = page("x" * 10_000)
    site.pages["/bomb"] = page(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    site.pages["/twice"] = page(gzip.compress(gzip.compress(b"x")), Content_Encoding="gzip, gzip")
    site.pages["/packed"] = page(gzip.compress(b"Hello"), Content_Encoding="gzip")
    assert why(site, "/big") == "it is larger than 0.01 MB: list another, or raise MAX_SOURCE_MB"
    assert "larger than" in why(site, "/bomb")
    assert "packed in a way that was not asked for" in why(site, "/twice")
    assert get(site, "/fits").data == b"x" * 10_000
    assert get(site, "/packed").data == b"Hello"


@pytest.mark.parametrize(("status", "times"), [(404, 1), (403, 1), (410, 1), (304, 1), (500, 3), (503, 3), (429, 3)])
def test_only_what_may_be_better_the_next_time_is_tried_again(site, status, times):
    site.pages["/a"] = page("", status)
    assert why(site).startswith(f"{status} ")
    assert len(site.asked) == times


def test_a_server_that_says_when_is_asked_then_and_not_before(site):
    """Who asks it again within the second is refused for good."""
    first: list[float] = []

    def busy(asked: SiteRequest, handler: Any) -> None:
        early = first and time.monotonic() - first[0] < 1
        first.append(time.monotonic())
        page("Hello", 429 if asked.times == 1 else 403 if early else 200, Retry_After="1")(asked, handler)

    site.pages["/a"] = busy
    assert get(site).data == b"Hello"
    assert len(first) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_too_long_a_wait_is_asked_once(site, status):
    """The error says how long it wants; a wait is too long if it exceeds the time of one attempt."""
    site.pages["/a"] = page("", status, Retry_After="21")
    assert why(site).endswith(", and wants to be asked again in 21 s")
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Wed, 01 Apr 2026 12:01:30 GMT", 90),
        ("Wednesday, 01-Apr-26 12:01:30 GMT", 90),
        ("Wed Apr  1 12:01:30 2026", 90),
        ("Wed, 01 Apr 2026 11:00:00 GMT", 0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("Wed, 99 Apr 2026 12:01:30 GMT", None),
        (f"Wed, 01 Apr {'9' * 30} 12:01:30 GMT", None),
        (f"Wed, 01 Apr 2026 12:01:30 +{'9' * 30}", None),
        ("9" * 5_000, 999_999_999),
    ],
)
def test_when_to_ask_again_is_said_in_seconds_or_by_a_date(header, seconds):
    assert retry_after(header, datetime(2026, 4, 1, 12, 0, tzinfo=UTC)) == seconds


def test_a_server_that_is_well_again_at_the_second_try_is_answered_from(site):
    site.pages["/a"] = lambda request, handler: page("Hello", 503 if request.times == 1 else 200)(request, handler)
    assert get(site).data == b"Hello"


def drip(head: bytes, piece: bytes) -> Page:
    """Sends a piece every tenth of a second, for a long time."""

    def answer(asked: SiteRequest, handler: Any) -> None:
        handler.wfile.write(head)
        for _ in range(1_000):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(0.1)

    return answer


@pytest.mark.parametrize(
    "slow",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        drip(b"", b""),
    ],
)
def test_a_server_that_sends_a_byte_at_a_time_holds_us_no_longer_than_the_limit(site, slow):
    site.pages["/a"] = slow
    assert why(site, seconds=0.5) == "no whole answer within 0.5 s"


def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate of its own for a host, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(names, names, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    (folder / "both.pem").write_bytes(pem)
    return folder / "both.pem"


def test_a_certificate_is_checked_for_the_name_not_the_address(tmp_path, monkeypatch):
    """The connection itself is to the address that was checked."""
    pem = certificate(tmp_path, "allowed.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    options = {"allowed": {"allowed.test", "other.test"}, "resolver": known(allowed="127.0.0.1", other="127.0.0.1")}
    with served(context, a=page("Hello")) as site:
        assert get(site, url=f"https://allowed.test:{site.port}/a", **options).data == b"Hello"
        assert "no connection" in why(site, url=f"https://other.test:{site.port}/a", **options)
        monkeypatch.delenv("SSL_CERT_FILE")
        assert "no connection" in why(site, url=f"https://allowed.test:{site.port}/a", **options)


def test_no_host_no_server_and_no_http_are_said(site):
    assert "no connection" in why(site, url="http://nowhere.invalid/")
    site.pages["/a"] = lambda request, handler: handler.wfile.write(b"SSH-2.0-hello\r\n")
    assert why(site) == "the server does not speak HTTP"
    assert "no connection" in why(site, url="http://127.0.0.1:1/")
