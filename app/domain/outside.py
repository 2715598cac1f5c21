"""Addresses that others chose: which URLs may be kept, and which IP addresses may be connected to. Resolves nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from app.errors import ErrorCode, Problem

LONGEST_URL = 1_000
LONGEST_WAIT = timedelta(days=1)
"""The most that a Retry-After is believed."""
DEFAULT_PORTS: Mapping[str, int] = {"https": 443, "http": 80}

_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
"""Those of RFC 3986: no white space, backslash or control character, which parsers read in different ways."""
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])", re.ASCII)
"""A full name. Its last label begins with a letter, so that no spelling of a number is one (127.1, 0x7f000001)."""

_SPECIAL_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # answers about the machine itself, in Azure
        ),
    )
)  # fmt: skip
"""IANA's special-purpose addresses. Python's own `is_global` differs between patch releases (CVE-2024-4032)."""
_UNICAST_IPV6 = IPv6Network("2000::/3")
"""All that IANA gives out for the internet; private, local and reserved addresses lie outside."""
_SPECIAL_IPV6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Place:
    """A URL in its parts; `target` is its path and query. Not to be logged: paths of these are secrets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and any port but the default one (RFC 6454, 6.1)."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def place_of(url: str, *, allow_loopback: bool = False) -> Place:
    """Take an https URL apart: a full name, any port, no credentials and no fragment.

    With `allow_loopback`, for development, also http and https to `localhost` or an IPv4 loopback address.
    ValueError is a sentence that is safe to show, and repeats nothing of the URL.
    """
    if len(url) > LONGEST_URL:
        raise ValueError(f"An address has at most {LONGEST_URL:,} characters.")
    if not _CHARACTERS.fullmatch(url):
        raise ValueError("An address is written in the characters of a URL; other letters in its xn-- or % form.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("An address is an https URL.") from None
    host = parts.hostname or ""
    is_local = allow_loopback and (host == "localhost" or _is_loopback(host))
    if not (parts.scheme == "https" or (is_local and parts.scheme == "http")):
        raise ValueError("An address is an https URL.")
    if "@" in parts.netloc:
        raise ValueError("An address holds no name or password.")
    if "#" in url:
        raise ValueError("An address has no part after a #.")
    if not (is_local or _NAME.fullmatch(host)):
        raise ValueError("An address names its host in full, as in hooks.example.com, not by a number.")
    if port == 0:
        raise ValueError("A port is a number from 1 to 65535.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], target)


def problems_of_url(url: str, *field: str, allow_loopback: bool = False) -> list[Problem]:
    """What is wrong with an address when it is registered; `field` is its path in the input.

    Where its name leads is looked at when it is connected to, each time: names move.
    """
    try:
        place_of(url, allow_loopback=allow_loopback)
    except ValueError as fault:
        return [Problem(ErrorCode.INVALID, str(fault), field)]
    return []


def may_connect(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether an IP address is one of the public internet: no private, local, shared, reserved or metadata address.

    Addresses that hold another (IPv4-mapped, NAT64) are what they hold; 6to4 is no way to anybody any more (RFC 7526).
    False for what is no address.
    """
    try:
        found = _held(ip_address(address))
    except ValueError:
        return False
    if allow_loopback and found.is_loopback:
        return True
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _SPECIAL_IPV4)
    return found in _UNICAST_IPV6 and not any(found in network for network in _SPECIAL_IPV6)


def retry_after_s(said: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3), a day at most; None when it says nothing readable."""
    text = (said or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST_WAIT.total_seconds())
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT.total_seconds())


def _is_loopback(host: str) -> bool:
    try:
        return IPv4Address(host).is_loopback
    except ValueError:
        return False


def _held(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address leads to, by the forms that say so; else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address
