"""A Redis of a test's own, which it may freeze and kill: nobody else is on it. Checks nothing."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from redis import Redis
from redis.exceptions import RedisError

from app.embedded.places import server_account
from app.embedded.programs import redis_program
from tests.programs import PATIENCE_S, end, free_port, freeze, thaw

_POLL_S = 0.01


@dataclass
class OwnRedis:
    """One server at one address, dead or alive."""

    port: int
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Begin with nothing in it, as after every death."""
        command = [str(redis_program(server_account())), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        self._running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert time.monotonic() < deadline, "it does not begin"
            time.sleep(_POLL_S)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def kill(self) -> None:
        """End it at once."""
        end(self._running.pop())

    def freeze(self) -> None:
        """Stop it where it is."""
        freeze(self._running[-1].pid)

    def thaw(self) -> None:
        """Let it go on."""
        thaw(self._running[-1].pid)


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    """Run one for the length of the block."""
    redis = OwnRedis(free_port())
    redis.start()
    try:
        yield redis
    finally:
        while redis._running:
            redis.kill()
