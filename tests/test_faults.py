"""What goes wrong: the server stays up, holds no more memory than it may, and every call has an answer or a status.

`SUPERBILL_FAULTS=60` gives each test of load that many seconds instead of a few.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import http2
import superbill
from notes import encounter
from superbill import _core
from superbill.cli.coding import DEMO
from superbill.default import KNOWLEDGE, packs

grpc = pytest.importorskip("grpc", reason="the grpcio client is an extra: pip install 'superbill[client]'")

from served import Served, kill, served, start, stop  # noqa: E402
from superbill.client import Client, Retries, ServiceError  # noqa: E402

SECONDS = float(os.environ.get("SUPERBILL_FAULTS", "3"))
CODE = "/superbill.v1.Coding/Code"
TEXTS = [path.read_bytes() for path in sorted(DEMO.glob("*.json"))]
LONG = json.dumps(encounter("Assessment: asthma. Pain in the left knee.\n" * 40_000)).encode()
MIB = 1 << 20
# Of a test's own buffers and those of the allocator.
ROOM = 64 * MIB


@pytest.fixture(scope="module")
def server(kb: superbill.KnowledgeBase) -> Iterator[Served]:
    with served("--limits-handshake-seconds", "1") as server:
        with Client(server.address) as client:
            client.code_many(TEXTS * 20)
        yield server


@pytest.fixture(autouse=True)
def still_there(request: pytest.FixtureRequest, kb: superbill.KnowledgeBase) -> Iterator[None]:
    """After each fault the same server answers as before."""
    yield
    if "server" in request.fixturenames:
        with Client(request.getfixturevalue("server").address, timeout=10) as client:
            assert client.code(TEXTS[0]) == kb.code(TEXTS[0])


def load(work: Callable[[], None], until: threading.Event, threads: int = 4) -> list[BaseException]:
    """Runs work over and over on threads until told to stop; what it raised."""
    failed: list[BaseException] = []

    def run() -> None:
        while not until.is_set():
            try:
                work()
            except BaseException as error:
                failed.append(error)
                return

    with ThreadPoolExecutor(threads) as pool:
        for _ in range(threads):
            pool.submit(run)
    return failed


def until_error(stream: Iterator[Any]) -> tuple[list[Any], ServiceError]:
    """Answers of a stream, and what ended it."""
    answers = []
    try:
        for answer in stream:
            answers.append(answer)
    except ServiceError as error:
        return answers, error
    raise AssertionError("the stream ended well")


def after(seconds: float, done: threading.Event) -> None:
    threading.Timer(seconds, done.set).start()


def test_killed_and_started_again_under_load(kb: superbill.KnowledgeBase) -> None:
    expected = [kb.code(text) for text in TEXTS]
    server = start()
    done = threading.Event()
    kills = max(2, int(SECONDS / 2))

    def interrupt() -> None:
        nonlocal server
        for _ in range(kills):
            time.sleep(0.5)
            kill(server)
            server = start(listen=server.address)
        time.sleep(0.5)
        done.set()

    killer = threading.Thread(target=interrupt)
    killer.start()
    with Client(server.address, timeout=60, retries=Retries(attempts=200, burst=10_000)) as client:

        def work() -> None:
            at = random.randrange(len(TEXTS))
            assert client.code(TEXTS[at]) == expected[at]
            assert list(client.code_stream(TEXTS * 3)) == expected * 3

        failed = load(work, done)
    killer.join()
    assert not failed, failed[0]
    assert stop(server) == 0


def test_reloads_under_load_give_no_failed_and_no_mixed_answer(kb: superbill.KnowledgeBase, tmp_path: Path) -> None:
    name, text = next((name, text) for name, text in packs(KNOWLEDGE) if name.startswith("lexicon/lungs"))
    files = [tmp_path / "one.kb", tmp_path / "two.kb"]
    _core.write(files[0], _core.overlay(kb, []))
    _core.write(files[1], _core.overlay(kb, [(name, text + "\n# another\n")]))
    expected: dict[str, list[bytes]] = {}
    for file in files:
        of_file = superbill.open(file)
        expected[of_file.hash] = [of_file.code(text).to_protobuf() for text in TEXTS]
    assert len(expected) == 2
    current = tmp_path / "current.kb"

    def put(number: int) -> None:
        shutil.copy(files[number % 2], tmp_path / "next.kb")
        (tmp_path / "next.kb").replace(current)

    put(0)
    seen: set[str] = set()
    done = threading.Event()
    with served("--kb", str(current), "--watch-seconds", "0") as server, Client(server.address, retries=Retries(attempts=1)) as client:

        def work() -> None:
            answers = [client.code(text) for text in TEXTS] + list(client.code_stream(TEXTS * 5))
            for at, answer in enumerate(answers):
                assert isinstance(answer, superbill.CodedEncounter)
                assert answer.knowledge is not None
                seen.add(answer.knowledge.hash)
                assert answer.to_protobuf() == expected[answer.knowledge.hash][at % len(TEXTS)]

        def swap() -> None:
            for number in range(1, 1 + int(SECONDS * 10)):
                put(number)
                if number % 2:
                    server.process.send_signal(signal.SIGHUP)
                    time.sleep(0.1)
                else:
                    assert client.reload()[1] in expected
                    time.sleep(0.05)
            done.set()

        swapper = threading.Thread(target=swap)
        swapper.start()
        failed = load(work, done)
        swapper.join()
        assert not failed, failed[0]
        assert seen == set(expected)
        # A damaged file is refused, and what is in use stays.
        before = client.status()
        current.with_name("next.kb").write_bytes(files[0].read_bytes()[:-100])
        current.with_name("next.kb").replace(current)
        with pytest.raises(superbill.KnowledgeBaseError):
            client.reload()
        assert client.status().knowledge_hash == before.knowledge_hash
        assert client.status().refused_reloads == before.refused_reloads + 1


def test_a_changed_file_is_taken_into_use(kb: superbill.KnowledgeBase, tmp_path: Path) -> None:
    name, text = next(pack for pack in packs(KNOWLEDGE) if pack[0].startswith("lexicon/lungs"))
    current, other = tmp_path / "current.kb", tmp_path / "other.kb"
    _core.write(current, _core.overlay(kb, []))
    _core.write(other, _core.overlay(kb, [(name, text + "\n# another\n")]))
    now = superbill.open(other).hash
    with served("--kb", str(current), "--watch-seconds", "0.1") as server, Client(server.address) as client:
        assert client.status().knowledge_hash != now
        other.replace(current)
        end = time.monotonic() + 20
        while client.status().knowledge_hash != now:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_stopping_loses_no_message(kb: superbill.KnowledgeBase) -> None:
    expected = [kb.code(text) for text in TEXTS]
    for _ in range(2):
        server = start()
        sent = 0

        def source() -> Iterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield TEXTS[(sent - 1) % len(TEXTS)]

        answers = 0
        with Client(server.address, retries=Retries(attempts=1)) as client:
            stream = client.code_stream(source(), window=8)
            for answer in stream:
                assert answer == expected[answers % len(TEXTS)]
                answers += 1
                if answers == 50:
                    break
            server.process.send_signal(signal.SIGTERM)
            rest, why = until_error(stream)
            assert rest == [expected[at % len(TEXTS)] for at in range(answers, answers + len(rest))]
            answers += len(rest)
            assert why.name == "UNAVAILABLE"
        assert stop(server) == 0
        assert sent - answers <= 8 + 1


def test_a_reader_that_does_not_read_holds_no_memory(server: Served) -> None:
    before = server.resident()
    wires = []
    for _ in range(8):
        wire = http2.connect(server.port)
        wire.sendall(http2.headers(1, "/superbill.v1.Coding/CodeStream"))
        request = _core.to_wire("CodeRequest", TEXTS[0])
        message = b"\0" + len(request).to_bytes(4, "big") + request
        wire.settimeout(0.2)
        try:
            # As many as the server takes; answers are never read.
            for _ in range(20_000):
                wire.sendall(http2.frame(http2.DATA, 0, 1, message[:16_000]))
        except (TimeoutError, ConnectionError):
            pass
        wires.append(wire)
    assert server.resident() - before < ROOM
    for wire in wires:
        wire.close()


def test_connections_that_say_nothing_are_closed(server: Served) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    half = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
    for wire in silent:
        wire.settimeout(10)
        assert wire.recv(1000) == b"" or wire.recv(1000) == b""
        wire.close()
    for wire in half:
        wire.close()


def test_idle_connections_are_cheap(kb: superbill.KnowledgeBase) -> None:
    count = 2000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * count:
        pytest.skip(f"the system allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * count), hard))
    try:
        with served() as server:
            with Client(server.address) as client:
                client.code_many(TEXTS)
            before = server.resident()
            wires = [http2.connect(server.port) for _ in range(count)]
            for wire in wires:
                assert next(http2.frames(wire))[0] == http2.SETTINGS
            assert server.resident() - before < 60 * MIB
            for wire in wires:
                wire.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_message_of_a_gigabyte_is_refused_before_it_is_read(server: Served) -> None:
    before = server.resident()
    wire = http2.connect(server.port)
    wire.sendall(http2.headers(1, CODE) + http2.frame(http2.DATA, 0, 1, b"\0" + (1 << 30).to_bytes(4, "big") + bytes(1000)))
    kinds = []
    for kind, flags, stream, _ in http2.frames(wire):
        kinds.append((kind, flags & http2.END_STREAM, stream))
        if stream == 1 and flags & http2.END_STREAM:
            break
    assert (http2.HEADERS, http2.END_STREAM, 1) in kinds
    assert server.resident() - before < ROOM
    wire.close()
    with grpc.insecure_channel(server.address) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(CODE)(bytes(40 * MIB))
    assert caught.value.code() in {grpc.StatusCode.OUT_OF_RANGE, grpc.StatusCode.RESOURCE_EXHAUSTED}


def test_bytes_held_are_bounded(kb: superbill.KnowledgeBase) -> None:
    """Large messages that never end are refused when the budget is full, not kept."""
    with served("--limits-held-bytes", str(8 * MIB)) as server:
        with Client(server.address) as client:
            client.code(LONG)
        before = server.resident()
        wires = []
        for _ in range(30):
            wire = http2.connect(server.port)
            wire.settimeout(0.5)
            wire.sendall(http2.headers(1, CODE) + http2.frame(http2.DATA, 0, 1, b"\0" + (16 * MIB).to_bytes(4, "big")))
            try:
                for _ in range(64):
                    wire.sendall(http2.frame(http2.DATA, 0, 1, bytes(16_000)))
            except (TimeoutError, ConnectionError):
                pass
            wires.append(wire)
        assert server.resident() - before < ROOM
        for wire in wires:
            wire.close()
        with Client(server.address) as client:
            assert client.code(TEXTS[0]) == kb.code(TEXTS[0])
            assert client.status().held_bytes < MIB


def test_a_stream_holds_a_message_and_not_all_that_it_had(kb: superbill.KnowledgeBase) -> None:
    note = json.dumps(encounter("Assessment: asthma. " * 500)).encode()
    with served("--limits-held-bytes", str(MIB)) as server, Client(server.address, retries=Retries(attempts=1)) as client:
        expected = kb.code(note)
        assert sum(answer == expected for answer in client.code_stream([note] * 300)) == 300
        assert client.status().held_bytes < MIB // 4


def test_garbage(server: Served) -> None:
    before = server.resident()
    chance = random.Random(1)
    for content in (
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        http2.PREFACE + chance.randbytes(5000),
        http2.PREFACE + http2.frame(http2.SETTINGS, 0, 0, b"\0" * 7),
        http2.PREFACE + http2.frame(http2.SETTINGS, 0, 0) + http2.frame(http2.HEADERS, http2.END_HEADERS, 2, b"\xff" * 50),
        *(chance.randbytes(2000) for _ in range(50)),
    ):
        wire = socket.create_connection(("127.0.0.1", server.port), 10)
        try:
            wire.sendall(content)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(4096):
                pass
        except OSError:
            # Closed by the server, before or after it was read.
            pass
        wire.close()
    wire = http2.connect(server.port)
    wire.sendall(http2.headers(1, CODE) + http2.frame(http2.DATA, http2.END_STREAM, 1, b"\0\0\0\0\x05\xff\xff\xff\xff\xff"))
    assert any(kind == http2.HEADERS and stream == 1 for kind, _, stream, _ in http2.frames(wire))
    wire.close()
    assert server.resident() - before < ROOM


def test_streams_opened_and_reset_at_once_end_the_connection(server: Served) -> None:
    before, cpu = server.resident(), server.cpu_seconds()
    wire = http2.connect(server.port)
    sent = 0
    try:
        for stream in range(1, 40_001, 2):
            wire.sendall(http2.headers(stream, CODE) + http2.frame(http2.RST_STREAM, 0, stream, (8).to_bytes(4, "big")))
            sent += 1
    except ConnectionError:
        pass
    wire.settimeout(2)
    said = [kind for kind, _, _, _ in http2.frames(wire)]
    wire.close()
    assert http2.GOAWAY in said or sent < 20_000
    assert server.resident() - before < ROOM
    assert server.cpu_seconds() - cpu < 5


@pytest.mark.parametrize("kind", [http2.PING, http2.SETTINGS])
def test_floods_of_control_frames(server: Served, kind: int) -> None:
    before = server.resident()
    wire = http2.connect(server.port)
    wire.settimeout(1)
    content = bytes(8) if kind == http2.PING else b""
    try:
        # Answers to them are never read.
        for _ in range(2000):
            wire.sendall(http2.frame(kind, 0, 0, content) * 50)
    except (ConnectionError, TimeoutError):
        pass
    assert server.resident() - before < ROOM
    wire.close()


def test_a_full_server_says_when_to_come_again_and_a_client_does(kb: superbill.KnowledgeBase) -> None:
    with served("--threads", "1", "--limits-waiting", "1", "--limits-in-flight", "4") as server:
        with grpc.insecure_channel(server.address) as channel:
            request = _core.to_wire("CodeRequest", LONG)
            calls = [channel.unary_unary(CODE).future(request, timeout=60) for _ in range(16)]
            refused = [call for call in calls if call.code() == grpc.StatusCode.RESOURCE_EXHAUSTED]
            assert refused
            assert {call.code() for call in calls} <= {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.OK}
            assert any(call.code() == grpc.StatusCode.OK for call in calls)
            trailers = dict(refused[0].trailing_metadata())
            assert b"google.rpc.RetryInfo" in trailers["grpc-status-details-bin"]
            assert int(trailers["grpc-retry-pushback-ms"]) > 0
        expected = kb.code(LONG)
        with Client(server.address, timeout=60, retries=Retries(attempts=100, burst=1000)) as client, ThreadPoolExecutor(8) as pool:
            assert all(answer == expected for answer in pool.map(client.code, [LONG] * 8))
            assert client.code_many([LONG] * 4) == [expected] * 4


def test_logs_on_a_full_disk(kb: superbill.KnowledgeBase) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("the system has no /dev/full")
    with served("--log-calls", "all", "--metrics", "127.0.0.1:0", log=Path("/dev/full")) as server, Client(server.address) as client:
        for text in TEXTS * 3:
            assert client.code(text) == kb.code(text)
        import httpx

        lost = next(
            line for line in httpx.get(f"http://{server.metrics}/metrics").text.splitlines() if line.startswith("superbill_log_lines_lost ")
        )
        assert int(lost.split()[1]) >= len(TEXTS)


def test_memory_stays_bounded_in_a_soak(kb: superbill.KnowledgeBase, server: Served) -> None:
    done = threading.Event()
    with Client(server.address) as client:

        def work() -> None:
            client.code(random.choice(TEXTS))
            _: list[Any] = list(client.code_stream(TEXTS))
            client.search("hart failure", "2026-05-04")
            with pytest.raises(superbill.EncounterError):
                client.code("{}")

        work()
        client.code(LONG)
        before = server.resident()
        after(SECONDS, done)
        assert not load(work, done)
        assert server.resident() - before < ROOM
