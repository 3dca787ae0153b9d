"""The server's CPU a message beside the same work in a process and a grpcio server that only echoes.

`python benches/load.py [--kb FILE] [SECONDS]` cycles the notes of MTSamples, and claims of ten lines, through the program that
`cargo bench -p superbill-server --bench load --no-run` builds and `SUPERBILL_LOAD` names. Servers, and the work in process, run on one
half of the processors and the load on the other, so that neither takes the other's time and caches; `--shared` lets the system place them.
Figures of a server are those of its process alone (utime and stime). h2load, where it is installed, says the rate of one note a second
time. Traffic stays on loopback.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dictionary import CORPORA, notes

ROUNDS = 3

ECHO = """
import sys
from concurrent import futures
import grpc

class Echo(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method.endswith("Stream"):
            return grpc.stream_stream_rpc_method_handler(lambda requests, context: requests)
        return grpc.unary_unary_rpc_method_handler(lambda request, context: request)

server = grpc.server(futures.ThreadPoolExecutor(16), (Echo(),))
print("127.0.0.1:%d" % server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
"""


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def halves() -> tuple[set[int], set[int]]:
    """The processors of servers and those of the load; all for both where there is but one."""
    every = sorted(os.sched_getaffinity(0))
    middle = (len(every) + 1) // 2
    return set(every[middle:]) or set(every), set(every[:middle])


SERVING, LOADING = halves()


@contextmanager
def on(processors: set[int]) -> Iterator[None]:
    """What is started in the block runs on these processors."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def process(*command: str) -> Iterator[tuple[int, str]]:
    """A server for the time of a block: its process and its address."""
    with on(SERVING):
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with server:
        assert server.stdout is not None
        try:
            yield server.pid, server.stdout.readline().removeprefix("listening on ").strip()
        finally:
            server.terminate()


def load(kind: str, messages: Path, target: str, seconds: float, *more: str, pid: int = 0) -> dict[str, Any]:
    """One run; with the server's CPU a message in microseconds."""
    before = cpu(pid) if pid else 0.0
    program = os.environ["SUPERBILL_LOAD"]
    with on(LOADING if pid else SERVING):
        ran = subprocess.run([program, kind, str(messages), target, str(seconds), *more], stdout=subprocess.PIPE, text=True, check=True)
    run: dict[str, Any] = json.loads(ran.stdout)
    used = cpu(pid) - before if pid else run["cpu"]
    return run | {"us": 1e6 * used / max(1, run["messages"]), "rate": run["messages"] / run["seconds"]}


def show(name: str, run: dict[str, Any], base: float | None = None) -> None:
    beside = "" if base is None else f"  in process {base:6.1f}: {run['us'] - base:+7.1f} us  {run['us'] / base:5.2f} x"
    print(
        f"{name:<34} {run['rate']:>9,.0f}/s {run['us']:>8.1f} us CPU  p99 {run['p99_ms']:>7.2f} ms  {run['failed']} failed{beside}",
        flush=True,
    )


def h2load(folder: Path, encounters: Path, address: str, method: str, pid: int) -> None:
    """Calls a second with one note, as a program says that knows nothing of us."""
    program = shutil.which("h2load")
    if program is None:
        print("h2load (nghttp2) is not installed: no second figure", flush=True)
        return
    from superbill._core import to_wire

    lines = encounters.read_text(encoding="utf-8").splitlines()
    request = to_wire("CodeRequest", sorted(lines, key=len)[len(lines) // 2])
    frame = folder / "request"
    frame.write_bytes(b"\0" + len(request).to_bytes(4, "big") + request)
    before = cpu(pid)
    headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    with on(LOADING):
        ran = subprocess.run(
            [program, "-n", "10000", "-c", "1", "-m", "64", *headers, "-d", str(frame), f"http://{address}{method}"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    told = re.search(r"([\d.]+) req/s.*?(\d+) succeeded", ran.stdout, re.DOTALL)
    assert told is not None, ran.stdout
    used = 1e6 * (cpu(pid) - before) / int(told[2])
    print(f"{'h2load, 64 in flight: ' + method:<50} {float(told[1]):>9,.0f}/s {used:>8.1f} us CPU", flush=True)


def write(folder: Path) -> tuple[Path, Path]:
    """Encounters of the notes, and claims."""
    encounters, claims = folder / "encounters.jsonl", folder / "claims.jsonl"
    day = "2026-05-04"
    with encounters.open("w", encoding="utf-8") as file:
        for number, text in enumerate(notes(CORPORA)):
            visit = {"id": str(number), "type": "office_visit", "setting": "professional", "date_of_service": day}
            file.write(json.dumps(visit | {"documents": [{"id": "note", "text": text}]}) + "\n")
    codes = ["29881", "29877", "99213", "20610", "36415", "80053", "93000", "71046", "11042", "12001"]
    with claims.open("w", encoding="utf-8") as file:
        for number in range(len(codes)):
            lines = [{"id": str(at), "code": codes[(at + number) % 10], "units": 1, "date": day} for at in range(10)]
            file.write(json.dumps({"id": str(number), "setting": "professional", "diagnoses": [{"code": "E11.9"}], "lines": lines}) + "\n")
    return encounters, claims


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kb", type=Path)
    parser.add_argument("--shared", action="store_true", help="servers and load on the same processors")
    parser.add_argument("seconds", type=float, nargs="?", default=5)
    options = parser.parse_args()
    if options.shared:
        SERVING.update(LOADING)
        LOADING.update(SERVING)
    from superbill.cli.service import default_file

    kb, seconds = options.kb or default_file(), options.seconds
    with tempfile.TemporaryDirectory() as folder:
        encounters, claims = write(Path(folder))
        with process(sys.executable, "-m", "superbill", "serve", "--listen", "127.0.0.1:0", "--kb", str(kb)) as (pid, address):
            load("unary", encounters, address, 1, "4", pid=pid)

            def beside(name: str, kind: str, *more: str) -> dict[str, Any]:
                """The run of the median ratio to the same work in process, each right after it: a host's speed changes within minutes."""
                messages, here = (claims, "inprocess-edit") if kind.startswith("edit") else (encounters, "inprocess")
                pairs = [
                    (load(here, messages, str(kb), seconds / 2), load(kind, messages, address, seconds, *more, pid=pid))
                    for _ in range(ROUNDS)
                ]
                base, run = sorted(pairs, key=lambda pair: pair[1]["us"] / pair[0]["us"])[ROUNDS // 2]
                show(name, run, base["us"])
                return run

            beside("Code, 1 in flight", "unary", "1")
            peak = beside("Code, 64 in flight", "unary", "64")["rate"]
            beside("CodeStream, 1 stream", "stream", "1")
            beside("CodeStream, 4 streams", "stream", "4")
            beside("Edit, 64 in flight", "edit", "64")
            beside("EditStream, 4 streams", "edit-stream", "4")
            beside("Code, open loop at half of that", "unary", "1", str(peak / 2))
            h2load(Path(folder), encounters, address, "/superbill.v1.Coding/Code", pid)
        with process(sys.executable, "-c", ECHO) as (pid, address):
            show("grpcio echo of notes", load("echo", encounters, address, seconds, "64", pid=pid))
            show("grpcio echo of claims", load("echo-claims", claims, address, seconds, "64", pid=pid))
            h2load(Path(folder), encounters, address, "/echo/Echo", pid)
    return 0


if __name__ == "__main__":
    sys.exit(main())
