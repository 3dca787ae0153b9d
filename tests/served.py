"""Servers of their own process, as the tests start them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTING = 60


@dataclass
class Served:
    """A running server."""

    process: subprocess.Popen[str]
    address: str
    metrics: str | None

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def resident(self) -> int:
        """Bytes of memory that the process holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def cpu_seconds(self) -> float:
        """Time that the process has run on a processor."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


def start(*flags: str, listen: str = "127.0.0.1:0", log: Path | None = None) -> Served:
    """Starts `superbill serve` and waits until it listens."""
    where = [] if log is None else ["--log-file", str(log)]
    command = [sys.executable, "-m", "superbill", "serve", "--json", "--listen", listen, *where, *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    return Served(process, said["listening"], said["metrics"])


def stop(server: Served) -> int:
    """Ends a server as an operator does; its exit code."""
    server.process.send_signal(signal.SIGTERM)
    try:
        return server.process.wait(timeout=STARTING)
    finally:
        kill(server)


def kill(server: Served) -> None:
    """Ends a server at once, where it has not ended."""
    if server.process.poll() is None:
        server.process.kill()
        server.process.wait()
    if server.process.stdout is not None:
        server.process.stdout.close()


@contextmanager
def served(*flags: str, listen: str = "127.0.0.1:0", log: Path | None = None) -> Iterator[Served]:
    """A server for the time of a block; it must end well."""
    server = start(*flags, listen=listen, log=log)
    try:
        yield server
        assert stop(server) == 0
    finally:
        kill(server)
