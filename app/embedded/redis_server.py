"""The bundled Redis: started and stopped with our own settings, on a Unix socket only, with nothing on disk.

Knows nothing of what passes through it, and is no client.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.embedded.answers import Answer, ask_redis, tell_redis
from app.embedded.places import Place
from app.embedded.programs import redis_program, run_program
from app.errors import ConfigurationError

START_S = 30.0
_STOP_S = 10.0
_POLL_S = 0.02

_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "loglevel": "warning",
    "crash-log-enabled": "no",  # it would print what passed through
    "slowlog-log-slower-than": "-1",  # it would keep whose data changed
}
# The shell leaves at once, so that whoever starts Redis is not its parent and never has to bury it.
_IN_THE_BACKGROUND = '"$0" "$@" &'


@dataclass(frozen=True, slots=True)
class RedisServer:
    """One Redis and what is done with it. Every method is called within a turn."""

    place: Place

    def start(self) -> None:
        """Return once it answers. Raises `ConfigurationError`."""
        # One that was killed or is stopping may still take connections for a moment; nobody else replaces it.
        answer = self._wait(until=lambda answer: answer is not Answer.BUSY)
        if answer is Answer.ALIVE:
            return
        # The writing end of this pipe stays open in Redis; that it closes is how its early end is noticed.
        lifeline, held = os.pipe()
        os.set_blocking(lifeline, False)
        try:
            try:
                self._run(held)
            finally:
                os.close(held)
            self._wait(until=lambda answer: answer is Answer.ALIVE, lifeline=lifeline)
        finally:
            os.close(lifeline)

    def stop(self) -> None:
        """Stop it without a dump; nothing happens where none runs."""
        socket = self.place.redis_socket
        deadline = time.monotonic() + _STOP_S
        while ask_redis(socket) is not Answer.SILENT and time.monotonic() < deadline:
            tell_redis(socket, b"SHUTDOWN NOSAVE")

    def _run(self, held: int) -> None:
        self._end_the_lost()
        self.place.redis_socket.unlink(missing_ok=True)
        settings = {**_SETTINGS, "unixsocket": str(self.place.redis_socket), "dir": str(self.place.sockets)}
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        run_program(
            self.place.account,
            ["/bin/sh", "-c", _IN_THE_BACKGROUND, redis_program(self.place.account), *words],
            log=self.place.redis_log,
            timeout_s=START_S,
            pass_fds=(held,),
        )

    def _end_the_lost(self) -> None:
        """End a Redis whose socket was deleted under it, which nobody can reach any more, not even to stop it."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # others' processes, and those that end meanwhile
                title = (process / "cmdline").read_bytes()
                if b"-server unixsocket:" + os.fsencode(self.place.redis_socket) in title:
                    # Nothing on disk is lost; a gentler end would delete the next one's socket on its way out.
                    os.kill(int(process.name), signal.SIGKILL)

    def _wait(self, until: Callable[[Answer], bool], lifeline: int | None = None) -> Answer:
        deadline = time.monotonic() + START_S
        while not until(answer := ask_redis(self.place.redis_socket)):
            if (lifeline is not None and _has_ended(lifeline)) or time.monotonic() > deadline:
                raise ConfigurationError(
                    f"Redis did not start ({START_S:.0f} s at most); {self.place.redis_log} says why. "
                    "Or set SPECTRUM_REDIS_URL to another one."
                )
            time.sleep(_POLL_S)
        return answer


def _has_ended(lifeline: int) -> bool:
    """Whether nobody holds the other end any more; nothing is ever written there."""
    try:
        return not os.read(lifeline, 1)
    except BlockingIOError:
        return False
