"""How a server is asked whether it is alive: by connecting to its socket, never by a process number.

Speaks just enough of both protocols for that question; it is no client.
"""

import socket
import struct
from enum import Enum, auto
from pathlib import Path

_PATIENCE_S = 2.0
_LONGEST_ANSWER = 65_536
_PROTOCOL_3 = 196_608
_READY = b"Z\x00\x00\x00\x05I"  # the message that ends the opening of a session
_STARTING_OR_STOPPING = b"C57P03\x00"  # SQLSTATE cannot_connect_now


class Answer(Enum):
    """What a socket said."""

    ALIVE = auto()
    BUSY = auto()  # somebody is there, and not ready: starting, stopping or very slow
    SILENT = auto()  # nobody is there


def ask_postgres(path: Path) -> Answer:
    """Open a session in the database `spectrum` as the user `spectrum`, and close it again."""
    words = b"user\0spectrum\0database\0spectrum\0\0"
    question = struct.pack("!ii", len(words) + 8, _PROTOCOL_3) + words
    said = _ask(path, question, ending=_READY, farewell=b"X\x00\x00\x00\x04")
    if not isinstance(said, bytes):
        return said
    refusal = _refusal(said)
    if refusal is not None:
        return Answer.BUSY if _STARTING_OR_STOPPING in refusal else Answer.ALIVE
    return Answer.ALIVE if said.endswith(_READY) else Answer.BUSY


def ask_redis(path: Path) -> Answer:
    """Say PING."""
    said = _ask(path, b"PING\r\n", ending=b"\r\n")
    if not isinstance(said, bytes):
        return said
    return Answer.ALIVE if said == b"+PONG\r\n" else Answer.BUSY


def tell_redis(path: Path, command: bytes) -> None:
    """Give Redis a command and wait until it closes the connection or stays silent for two seconds."""
    _ask(path, command + b"\r\n", ending=None)


def _refusal(said: bytes) -> bytes | None:
    """Return the error among the messages (a letter, a length, a text); it, too, proves that a server runs."""
    at = 0
    while at + 5 <= len(said):
        (length,) = struct.unpack_from("!i", said, at + 1)
        if said[at : at + 1] == b"E":
            return said[at + 5 : at + 1 + length]
        at += 1 + max(length, 4)
    return None


def _ask(path: Path, question: bytes, *, ending: bytes | None, farewell: bytes = b"") -> bytes | Answer:
    """Send `question` and read until `ending` or the end of the stream."""
    said = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_PATIENCE_S)
        try:
            line.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return Answer.SILENT
        except (TimeoutError, BlockingIOError):
            return Answer.BUSY
        try:
            line.sendall(question)
            while len(said) < _LONGEST_ANSWER and (ending is None or not said.endswith(ending)):
                more = line.recv(4096)
                if not more:
                    break
                said += more
            line.sendall(farewell)
        except (TimeoutError, ConnectionError):
            return said or Answer.BUSY
    return said
