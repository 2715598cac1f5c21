"""Somebody else's HTTPS server on the loopback: it answers as it is told to, and remembers. Checks nothing."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NAME = "hooks.example"
Reply = Callable[["Receiver", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """How it answers, where it listens, and all that it heard; `bytes_sent` is what it got rid of."""

    reply: Reply
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    names: list[str | None] = field(default_factory=list)
    bytes_sent: int = 0

    def url(self, path: str = "/hook", *, name: str = NAME) -> str:
        """An https address that leads here, for whoever resolves `name` to the loopback."""
        return f"https://{name}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after the other, until either side is done."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while not writer.is_closing():
                line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {each.partition(": ")[0].lower(): each.partition(": ")[2] for each in lines if each}
                body = await reader.readexactly(int(headers["content-length"]))
                self.requests.append(Request(line, headers, body))
                await self.reply(self, writer)
        writer.close()


def answers(status: int, *headers: str, body: bytes = b"") -> Reply:
    """Answer with a status, and keep the connection."""
    fields = "".join(f"{each}\r\n" for each in headers)

    async def reply(_: Receiver, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} Said\r\n{fields}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return reply


def sends(raw: bytes) -> Reply:
    """Answer with these bytes, and hang up."""

    async def reply(_: Receiver, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return reply


def never_ends(*, pause_s: float = 0.0, chunk: int = 16_384) -> Reply:
    """Answer 200, and then a body for as long as anybody listens."""

    async def reply(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"%x\r\n" % chunk + b"x" * chunk + b"\r\n")
            await writer.drain()
            receiver.bytes_sent += chunk
            await asyncio.sleep(pause_s)

    return reply


def is_silent() -> Reply:
    """Say nothing until whoever asked has gone."""

    async def reply(_: Receiver, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():  # noqa: ASYNC110 - a connection that is lost tells nobody
            await asyncio.sleep(0.02)

    return reply


@dataclass(frozen=True)
class Certificates:
    """An authority of our own: what trusts it, and servers' contexts for names that it vouches for."""

    trust: ssl.SSLContext
    folder: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def made(cls, folder: Path) -> "Certificates":
        """Make one that lives for a day."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of the tests")])
        root = _certificate(name, name, key, key, x509.BasicConstraints(ca=True, path_length=0), critical=True)
        trust = ssl.create_default_context(cadata=root.public_bytes(Encoding.PEM).decode())
        return cls(trust, folder, key, name)

    def server(self, vouched_for: str) -> ssl.SSLContext:
        """What a server has that is called so."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, vouched_for)])
        names = x509.SubjectAlternativeName([x509.DNSName(vouched_for)])
        made = _certificate(subject, self.name, key, self.key, names, critical=False)
        path = self.folder / f"{vouched_for}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + made.public_bytes(Encoding.PEM))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        return context


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
    *,
    critical: bool,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(extension, critical=critical)
        .sign(signer, SHA256())
    )


@asynccontextmanager
async def receiver_that(reply: Reply, tls: ssl.SSLContext | None) -> AsyncIterator[Receiver]:
    """Listen on a free port of 127.0.0.1, with TLS unless `tls` is None."""
    receiver = Receiver(reply)
    if tls is not None:
        tls.sni_callback = lambda _, name, __: receiver.names.append(name)
    open_: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_[task] = writer
        with suppress(asyncio.CancelledError):
            await receiver.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task, writer in open_.items():
            task.cancel()
            with suppress(AttributeError):  # Python before 3.11.4 cannot abort what has ended (gh-104232)
                writer.transport.abort()
        await asyncio.gather(*open_)
        await asyncio.sleep(0)  # the transports go in the loop's next turn


async def to_loopback(host: str, port: int) -> list[str]:
    """Resolve every name to this machine."""
    return ["127.0.0.1"]
