"""The second face: gRPC gives the same answer as `import superbill`, byte for byte."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import http2
import superbill
from notes import encounter
from superbill.cli.coding import DEMO

grpc = pytest.importorskip("grpc", reason="the grpcio client is an extra: pip install 'superbill[client]'")
json_format = pytest.importorskip("google.protobuf.json_format")

from served import Served, served  # noqa: E402
from superbill.client import Client  # noqa: E402
from superbill.v1 import admin_pb2, admin_pb2_grpc, coding_pb2, coding_pb2_grpc, terminology_pb2, terminology_pb2_grpc  # noqa: E402

DAY = "2026-05-04"


@pytest.fixture(scope="module")
def server(kb: superbill.KnowledgeBase) -> Iterator[Served]:
    with served("--metrics", "127.0.0.1:0") as server:
        yield server


@pytest.fixture(scope="module")
def channel(server: Served) -> Iterator[Any]:
    with grpc.insecure_channel(server.address) as channel:
        yield channel


@pytest.fixture(scope="module")
def stub(channel: Any) -> Any:
    return coding_pb2_grpc.CodingStub(channel)


def request(text: str) -> coding_pb2.CodeRequest:
    parsed: coding_pb2.CodeRequest = json_format.Parse(f'{{"encounter": {text}}}', coding_pb2.CodeRequest())
    return parsed


def claim(**fields: object) -> dict[str, object]:
    line = {"code": "99213", "units": 1, "date": DAY, "modifiers": ["59"]}
    return {"id": "c", "setting": "professional", "lines": [line], **fields}


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.json")), ids=lambda path: path.stem)
def test_near_and_far_are_the_same_bytes(kb: superbill.KnowledgeBase, stub: Any, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    near, far = kb.code(text), stub.Code(request(text)).coded
    assert far.SerializeToString(deterministic=True) == near.to_protobuf()


def test_a_stream_answers_in_order_and_goes_on_after_what_cannot_be_coded(kb: superbill.KnowledgeBase, stub: Any) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(DEMO.glob("*.json"))]
    wrong = json.dumps(encounter("x") | {"date_of_service": "Jane Roe"})
    long = json.dumps(encounter("Assessment: asthma. " * 2000))
    sent = [*texts, wrong, long, *texts]
    answers = list(stub.CodeStream(request(text) for text in sent))
    assert [answer.index for answer in answers] == list(range(len(sent)))
    for text, answer in zip(sent, answers, strict=True):
        if text is wrong:
            assert answer.WhichOneof("answer") == "status"
            assert answer.status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
            assert answer.status.message.startswith("date_of_service")
            assert "Jane" not in answer.status.message
        else:
            assert answer.coded.SerializeToString(deterministic=True) == kb.code(text).to_protobuf()


def test_what_is_wrong_is_named_and_not_repeated(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Code(request(json.dumps(encounter("x") | {"date_of_service": "Jane Roe"})))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details().startswith("date_of_service")
    assert "Jane" not in caught.value.details()


def test_claims_are_checked_and_repaired_near_and_far_alike(kb: superbill.KnowledgeBase, stub: Any) -> None:
    asked = [json_format.ParseDict({"claim": claim(), "repair": repair}, coding_pb2.EditRequest()) for repair in (False, True)]
    near = [kb.edit(claim()), kb.check(claim())]
    for one, expected in zip(asked, near, strict=True):
        assert stub.Edit(one).check.SerializeToString(deterministic=True) == expected.to_protobuf()
    for answer, expected in zip(stub.EditStream(iter(asked)), near, strict=True):
        assert answer.check.SerializeToString(deterministic=True) == expected.to_protobuf()
    assert near[1].repairs
    for wrong in ({}, {"claim": {"setting": "professional", "lines": [{"date": "Jane Roe"}]}}):
        with pytest.raises(grpc.RpcError) as caught:
            stub.Edit(json_format.ParseDict(wrong, coding_pb2.EditRequest()))
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert "Jane" not in caught.value.details()


def test_an_empty_request_is_an_error(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Code(coding_pb2.CodeRequest())
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("seconds", [0.001, 0.05])
def test_a_deadline_that_passed_gives_no_partial_answer(stub: Any, seconds: float) -> None:
    long = msgspec.json.encode(encounter("Assessment: asthma.\n" * 400_000)).decode()
    with pytest.raises(grpc.RpcError) as caught:
        stub.Code(request(long), timeout=seconds)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_terminology_without_a_licensed_file(kb: superbill.KnowledgeBase, channel: Any) -> None:
    stub = terminology_pb2_grpc.TerminologyStub(channel)
    answer = stub.Lookup(terminology_pb2.LookupRequest(codes=["E11.40", "E99", "?"], date=DAY))
    assert answer.knowledge_hash == kb.hash
    known, unknown, malformed = answer.results
    near = kb.lookup("E11.40", DAY)
    assert near is not None
    assert (known.info.description, known.info.parent) == (near.description, "E11.4")
    assert not unknown.HasField("info")
    assert malformed.problem
    assert {rule.id for rule in stub.Rules(terminology_pb2.RulesRequest()).rules} == {row[0] for row in kb.rules}
    wrong: list[tuple[Any, Any]] = [
        (lambda: stub.Lookup(terminology_pb2.LookupRequest(codes=["E11.9"])), grpc.StatusCode.INVALID_ARGUMENT),
        (lambda: stub.Lookup(terminology_pb2.LookupRequest(codes=["E11.9"] * 1001, date=DAY)), grpc.StatusCode.INVALID_ARGUMENT),
        (lambda: stub.Search(terminology_pb2.SearchRequest(words="x" * 2000, date=DAY)), grpc.StatusCode.INVALID_ARGUMENT),
        (lambda: stub.Translate(terminology_pb2.TranslateRequest(concepts=["44054006"], date=DAY)), grpc.StatusCode.FAILED_PRECONDITION),
        (lambda: stub.Rules(terminology_pb2.RulesRequest(id="no.such")), grpc.StatusCode.NOT_FOUND),
    ]
    for call, code in wrong:
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert caught.value.code() == code


def test_the_running_server_alone_tells_its_schema(channel: Any) -> None:
    """Reflection as grpcurl asks it, with messages made from nothing but the answer."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    # ServerReflectionRequest of grpc.reflection.v1: list_services is field 7, file_containing_symbol field 4.
    call = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")

    def ask(field: int, text: bytes) -> bytes:
        answer: bytes = next(iter(call(iter([bytes([field << 3 | 2, len(text)]) + text]))))
        return answer

    services = ask(7, b"")
    for name in (b"superbill.v1.Coding", b"superbill.v1.Terminology", b"superbill.v1.Admin", b"grpc.health.v1.Health"):
        assert name in services
    pool = descriptor_pool.DescriptorPool()

    added: set[str] = set()

    def add(file: Any) -> None:
        for name in set(file.dependency) - added:
            # file_by_filename is field 3.
            add(descriptor_pb2.FileDescriptorProto.FromString(files_of(ask(3, name.encode()))[0]))
        if file.name not in added:
            pool.Add(file)
            added.add(file.name)

    # file_descriptor_response is field 4 and holds the files as field 1.
    add(descriptor_pb2.FileDescriptorProto.FromString(files_of(ask(4, b"superbill.v1.Coding"))[0]))
    service = pool.FindServiceByName("superbill.v1.Coding")
    method = service.FindMethodByName("Code")
    asked = message_factory.GetMessageClass(method.input_type)()
    json_format.ParseDict({"encounter": encounter("Assessment: asthma.")}, asked)
    code = channel.unary_unary(
        "/superbill.v1.Coding/Code",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )
    assert code(asked).coded.diagnoses[0].code.startswith("J45")


def files_of(response: bytes) -> list[bytes]:
    """The files of a ServerReflectionResponse."""

    def fields(content: bytes) -> Iterator[tuple[int, bytes]]:
        at = 0

        def varint() -> int:
            nonlocal at
            number = shift = 0
            while True:
                byte = content[at]
                at += 1
                number |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return number

        while at < len(content):
            key = varint()
            assert key & 7 == 2
            length = varint()
            yield key >> 3, content[at : at + length]
            at += length

    return [file for number, inner in fields(response) if number == 4 for _, file in fields(inner)]


def test_health_and_status(channel: Any, kb: superbill.KnowledgeBase) -> None:
    check = channel.unary_unary("/grpc.health.v1.Health/Check")
    # SERVING is 1 in field 1; the service is named in field 1.
    assert check(b"") == b"\x08\x01"
    assert check(b"\x0a\x13superbill.v1.Coding") == b"\x08\x01"
    status = admin_pb2_grpc.AdminStub(channel).Status(admin_pb2.StatusRequest())
    assert (status.state, status.knowledge_hash, status.newest_release) == ("serving", kb.hash, "2026-04-01")
    assert status.threads == os.cpu_count()


@pytest.mark.parametrize("compressed", [True, False])
def test_answers_are_compressed_for_those_who_compress(kb: superbill.KnowledgeBase, server: Served, compressed: bool) -> None:
    text = next(DEMO.glob("*.json")).read_text(encoding="utf-8")
    content = request(text).SerializeToString()
    content = gzip.compress(content) if compressed else content
    encoding = {"grpc-encoding": "gzip"} if compressed else {}
    wire = http2.connect(server.port)
    message = bytes([compressed]) + len(content).to_bytes(4, "big") + content
    wire.sendall(http2.headers(1, "/superbill.v1.Coding/Code", {"grpc-accept-encoding": "identity,gzip"} | encoding))
    wire.sendall(http2.frame(http2.DATA, http2.END_STREAM, 1, message))
    answer = b""
    for kind, flags, stream, part in http2.frames(wire):
        answer += part if (kind, stream) == (http2.DATA, 1) else b""
        if stream == 1 and flags & http2.END_STREAM:
            break
    wire.close()
    assert answer[0] == compressed
    coded = gzip.decompress(answer[5:]) if compressed else answer[5:]
    assert coding_pb2.CodeResponse.FromString(coded).coded.SerializeToString(deterministic=True) == kb.code(text).to_protobuf()


def test_a_bomb_of_compressed_text_is_refused(channel: Any) -> None:
    code = channel.unary_unary("/superbill.v1.Coding/Code")
    with pytest.raises(grpc.RpcError) as caught:
        code(b"\x0a" + bytes(1 << 28), compression=grpc.Compression.Gzip)
    assert caught.value.code() in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.OUT_OF_RANGE}


def test_metrics_are_named_and_hold_nothing_of_a_caller(server: Served, stub: Any) -> None:
    import httpx

    stub.Code(request(json.dumps(encounter("Assessment: asthma.", id="Jane Roe 12345"))))
    page = httpx.get(f"http://{server.metrics}/metrics").text
    for name in (
        'superbill_calls_total{method="/superbill.v1.Coding/Code",code="OK"}',
        "superbill_call_seconds_bucket",
        "superbill_engine_seconds_count",
        "superbill_queue_seconds_count",
        "superbill_in_flight",
        "superbill_held_bytes 0",
        "superbill_knowledge_age_days",
    ):
        assert name in page
    assert "Jane" not in page


def serve_command(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "superbill", "serve", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ | environment)


@pytest.mark.parametrize("address", ["0.0.0.0:0", "localhost", "127.0.0.1", "unix:"])
def test_only_loopback_addresses_are_served_in_plain_text(address: str) -> None:
    ran = serve_command("--listen", address)
    assert ran.returncode == 2
    assert ran.stderr.startswith("superbill: listen:")


def test_one_precedence_of_settings(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text("threads = 3\n[limits]\nin_flight = 5\nwaiting = 6\n", encoding="utf-8")
    flags = ["--config", str(file), "--limits-waiting", "8", "--check", "--json"]
    ran = serve_command(*flags, SUPERBILL_LIMITS_IN_FLIGHT="7", SUPERBILL_LIMITS_WAITING="7")
    settings = {each["name"]: (each["value"], each["origin"]) for each in json.loads(ran.stdout)}
    assert settings["threads"] == ("3", "file")
    assert settings["limits.in_flight"] == ("7", "environment")
    assert settings["limits.waiting"] == ("8", "flag")
    assert settings["drain_seconds"] == ("30", "default")
    assert "limits.waiting" in serve_command(*flags[:-1]).stdout
    file.write_text("thread = 3\n", encoding="utf-8")
    ran = serve_command("--config", str(file), "--check")
    assert (ran.returncode, ran.stderr) == (2, "superbill: thread: no such setting\n")


def test_a_unix_socket_that_only_its_owner_may_use(kb: superbill.KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "s"
    # What grpcio makes of a path is no authority by RFC 3986, and h2 refuses it; `Client` says this itself.
    authority = ("grpc.default_authority", "localhost")
    with served(listen=f"unix:{path}") as server, grpc.insecure_channel(server.address, [authority]) as channel:
        assert path.stat().st_mode & 0o777 == 0o600
        coded = coding_pb2_grpc.CodingStub(channel).Code(request(json.dumps(encounter("Assessment: asthma.")))).coded
        assert coded.knowledge.hash == kb.hash
        with Client(server.address) as client:
            assert client.code(encounter("Assessment: asthma.")).codes == ("J45.909",)
    assert not path.exists()
