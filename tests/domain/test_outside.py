"""Which addresses may be kept and connected to: every known way to write one of our own is refused."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.outside import LONGEST_URL, LONGEST_WAIT, may_connect, place_of, problems_of_url, retry_after_s
from app.errors import ErrorCode

NOW = datetime(2026, 7, 6, 12, 0, tzinfo=UTC)
INSIDE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
)  # fmt: skip
OUTSIDE = (
    "1.1.1.1", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15",
)  # fmt: skip


def _holding(address: str) -> list[str]:
    """An IPv4 address in the forms of IPv6 that lead to it."""
    number = int(IPv4Address(address))
    return [f"::ffff:{address}", str(IPv6Address((0x64FF9B << 96) | number))]


def _sixtofour(address: str) -> str:
    return str(IPv6Address((0x2002 << 112) | (int(IPv4Address(address)) << 80) | 1))


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_is_refused_in_every_form(address: str) -> None:
    """Also mapped into IPv6, behind NAT64, and as 6to4."""
    assert [each for each in (address, *_holding(address), _sixtofour(address)) if may_connect(each)] == []


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_public_is_allowed_in_every_form(address: str) -> None:
    """The neighbours of every range that is refused, too; a network with NAT64 alone reaches them. Not by 6to4."""
    assert [each for each in (address, *_holding(address)) if not may_connect(each)] == []
    assert not may_connect(_sixtofour(address))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        *((each, False) for each in ("::", "::1", "::7f00:1", "::10.0.0.1", "100::1", "64:ff9b:1::a00:1", "fe80::1")),
        *((each, False) for each in ("fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "fdff::1", "ff02::1")),
        *((each, False) for each in ("ff0e::1", "2001::1", "2001:db8::1", "2001:1ff::1", "3fff::1", "5f00::1")),
        *((each, True) for each in ("2001:200::1", "2606:4700:4700::1111", "2a00:1450:4001::1", "2003::1")),
        *((each, False) for each in ("", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "1.1.1.1 ")),
    ],
)  # fmt: skip
def test_ipv6_is_the_internets_own_or_refused(address: str, allowed: bool) -> None:
    """Only what IANA gives out for the internet; what is no address is none."""
    assert may_connect(address) is allowed


def test_development_adds_loopback_and_nothing_else() -> None:
    """In both families, and mapped."""
    added = {
        each
        for each in (*INSIDE, "::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1")
        if may_connect(each, allow_loopback=True)
    }
    assert added == {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"}


@given(st.ip_addresses())
def test_nothing_that_python_calls_local_is_public(address: IPv4Address | IPv6Address) -> None:
    """Whatever else the tables say, they are never laxer than the standard library's own flags."""
    if may_connect(str(address)):
        flags = ("is_private", "is_loopback", "is_link_local", "is_multicast", "is_unspecified")
        assert [flag for flag in flags if getattr(address, flag)] == []
        assert isinstance(address, IPv6Address) or not address.is_reserved


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("https://hooks.example.com", "https://hooks.example.com", "/"),
        ("https://hooks.example.com/a/b?c=d&e=%20", "https://hooks.example.com", "/a/b?c=d&e=%20"),
        ("https://hooks.example.com?c", "https://hooks.example.com", "/?c"),
        ("HTTPS://Hooks.Example.COM:443/A", "https://hooks.example.com", "/A"),
        ("https://hooks.example.com:8443/", "https://hooks.example.com:8443", "/"),
        ("https://hooks.example.com:/", "https://hooks.example.com", "/"),
        ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example", "/"),
        ("https://a.xn--p1ai/", "https://a.xn--p1ai", "/"),
        ("https://under_score.example.com/", "https://under_score.example.com", "/"),
        ("https://push.example.com/send/abc:APA91b-x_y", "https://push.example.com", "/send/abc:APA91b-x_y"),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(url: str, origin: str, target: str) -> None:
    """Scheme and host in lower case, the default port left out, path and query as they are."""
    place = place_of(url)
    assert (place.origin, place.target) == (origin, target)


@pytest.mark.parametrize(
    "url",
    [
        *("", " ", "https", "https:", "https://", "https:///a", "//a.example", "a.example", "https:/a.example"),
        *("http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://a.example/"),
        *("javascript:alert(1)", "https+unix://a.example/"),
        *("https://user@hooks.example.com/", "https://user:word@hooks.example.com/", "https://@hooks.example.com/"),
        *("https://hooks.example.com@10.0.0.1/", "https://10.0.0.1#@hooks.example.com/", "https://a.example/#part"),
        *("https://127.0.0.1/", "https://1.1.1.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/"),
        *("https://0177.0.0.1/", "https://127.1/", "https://1.1.1.0x1/", "https://[::1]/", "https://[2606:4700::1111]/"),
        *("https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[::1/", "https://[nonsense]/"),
        *("https://localhost/", "https://intranet/", "https://a.example./", "https://.example/", "https://a..example/"),
        *("https://-a.example/", "https://a-.example/", "https://a.exam_ple/", f"https://{'a' * 64}.example/"),
        *(f"https://{'a.' * 125}example/", "https://a.example:0/", "https://a.example:65536/", "https://a.example:x/"),
        *("https://a.example:-1/", "https://a.example: 443/", "https://a.example/ b", "https://a.example\\@10.0.0.1/"),
        *("https://a.example/\r\nhost: b", "https://a.example/\t", "\thttps://a.example/", "https://a.example/\x00"),
        *("https://münchen.example/", "https://a.example/ü", "https://a。example/", "https://127。0。0。1/", "https://①.example/"),
        *("https://a.example/\u200b", "https://a%2eexample/", f"https://a.example/{'a' * LONGEST_URL}"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_one_sentence(url: str) -> None:
    """It says what is wrong where the input has it, and repeats nothing of it."""
    (problem,) = problems_of_url(url, "input", "url")
    assert (problem.code, problem.field) == (ErrorCode.INVALID, ("input", "url"))
    assert problem.message.startswith(("An address", "A port"))
    assert len(url) < 20 or url not in problem.message


def test_development_takes_its_own_machine() -> None:
    """By http or https, by name or IPv4 number; nothing else is laxer."""
    for url in ("http://localhost:8000/a", "https://localhost/", "http://127.0.0.1:9/", "https://127.9.9.9/"):
        assert problems_of_url(url, allow_loopback=True) == []
        assert problems_of_url(url)
    for url in (
        "http://hooks.example.com/",
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "http://localhost.example/",
        "http://user@localhost/",
    ):
        assert problems_of_url(url, allow_loopback=True)


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    """Nothing that is typed is a crash; what is taken is https to a full name."""
    if not problems_of_url(f"https://{text}"):
        place = place_of(f"https://{text}")
        assert "." in place.host
        assert not place.host.rpartition(".")[2][0].isdigit()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *((None, None), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("٣", None)),
        *(("0", 0.0), (" 120 ", 120.0), ("9" * 5_000, 86_400.0)),
        *(("Mon, 06 Jul 2026 12:00:30 GMT", 30.0), ("Mon, 06 Jul 2026 11:00:00 GMT", 0.0)),
        *(("Monday, 06-Jul-26 12:00:30 GMT", 30.0), ("Mon Jul  6 12:00:30 2026", 30.0)),
        *(("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0), ("Mon, 99 Jul 2026 12:00:30 GMT", None)),
    ],
)  # fmt: skip
def test_a_retry_after_is_seconds_or_a_date(said: str | None, seconds: float | None) -> None:
    """All three forms of a date (RFC 9110, 5.6.7); never longer than a day, never a crash."""
    assert retry_after_s(said, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_within_a_day(said: str) -> None:
    """Whatever a server says."""
    waited = retry_after_s(said, NOW)
    assert waited is None or timedelta(0) <= timedelta(seconds=waited) <= LONGEST_WAIT
