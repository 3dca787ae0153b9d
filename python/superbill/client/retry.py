"""When a question is asked again: every method may be, since asking changes nothing."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from superbill.client.calls import PASSING

# The header by which a gRPC server says when to come again, in milliseconds; a negative number is never.
PUSHBACK = "grpc-retry-pushback-ms"


@dataclass(slots=True)
class Retries:
    """How often a client asks again: at most `attempts` times a call, and over all calls a share `ratio` of them.

    So clients do not keep down a server that is coming back. Waits double from `first` to `longest` seconds, with chance, unless the server
    says how long.
    """

    attempts: int = 8
    ratio: float = 0.2
    first: float = 0.05
    longest: float = 2.0
    # How many may be asked again at once after a time without failures.
    burst: float = 50.0
    _left: float = field(default=-1.0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def succeeded(self) -> None:
        """A call that was answered earns a part of a retry."""
        with self._lock:
            left = self.burst if self._left < 0 else self._left
            self._left = min(self.burst, left + self.ratio)

    def wait(self, code: int, attempt: int, deadline: float, trailers: Iterable[Any]) -> float | None:
        """Seconds to wait before asking again after `attempt` failures, `None` where it is no use."""
        if code not in PASSING or attempt >= self.attempts:
            return None
        seconds: float = min(self.longest, self.first * 2 ** min(attempt - 1, 30)) * (0.5 + random.random())
        for name, value in trailers:
            if name == PUSHBACK:
                pushed = milliseconds(value)
                if pushed is None or pushed < 0:
                    return None
                # Clients that were refused together must not come back together.
                seconds = pushed / 1000 * (1 + random.random())
        if time.monotonic() + seconds >= deadline:
            return None
        with self._lock:
            left = self.burst if self._left < 0 else self._left
            if left < 1:
                return None
            self._left = left - 1
        return seconds


def milliseconds(value: str | bytes) -> int | None:
    """The number of a header, `None` where it is none."""
    try:
        return int(value)
    except ValueError:
        return None
