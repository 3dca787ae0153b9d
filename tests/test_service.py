"""The second face: gRPC gives the same answer as `import superbill`, byte for byte."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import superbill
from notes import encounter
from superbill.cli.coding import DEMO

grpc = pytest.importorskip("grpc", reason="the grpcio client is an extra: pip install 'superbill[client]'")
json_format = pytest.importorskip("google.protobuf.json_format")

from superbill.v1 import coding_pb2, coding_pb2_grpc  # noqa: E402


@pytest.fixture(scope="module")
def stub(kb: superbill.KnowledgeBase) -> Iterator[coding_pb2_grpc.CodingStub]:
    """A client of a server that has its own process, on a free port."""
    with subprocess.Popen(
        [sys.executable, "-m", "superbill", "serve", "--address", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().removeprefix("listening on ").strip()
        with grpc.insecure_channel(address) as channel:
            yield coding_pb2_grpc.CodingStub(channel)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=10) == 0


def request(json: str) -> coding_pb2.CodeRequest:
    parsed: coding_pb2.CodeRequest = json_format.Parse(f'{{"encounter": {json}}}', coding_pb2.CodeRequest())
    return parsed


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.json")), ids=lambda path: path.stem)
def test_near_and_far_are_the_same_bytes(kb: superbill.KnowledgeBase, stub: coding_pb2_grpc.CodingStub, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    near, far = kb.code(text), stub.Code(request(text)).coded
    assert far.SerializeToString(deterministic=True) == near.to_protobuf()


def test_what_is_wrong_is_named_and_not_repeated(stub: coding_pb2_grpc.CodingStub) -> None:
    import msgspec

    wrong = msgspec.json.encode(encounter("x") | {"date_of_service": "Jane Roe"}).decode()
    with pytest.raises(grpc.RpcError) as caught:
        stub.Code(request(wrong))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details().startswith("date_of_service")
    assert "Jane" not in caught.value.details()


def test_claims_are_checked_near_and_far_alike(kb: superbill.KnowledgeBase, stub: coding_pb2_grpc.CodingStub) -> None:
    claim = {"id": "c", "setting": "professional", "lines": [{"code": "99213", "units": 1, "date": "2026-05-04", "modifiers": ["59"]}]}
    far = stub.Edit(json_format.ParseDict({"claim": claim}, coding_pb2.EditRequest())).check
    near = kb.edit(claim)
    assert far.SerializeToString(deterministic=True) == near.to_protobuf()
    assert "mod.not_allowed" in [finding.rule for finding in far.findings]
    for wrong in ({}, {"claim": {"setting": "professional", "lines": [{"date": "Jane Roe"}]}}):
        with pytest.raises(grpc.RpcError) as caught:
            stub.Edit(json_format.ParseDict(wrong, coding_pb2.EditRequest()))
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert "Jane" not in caught.value.details()


def test_an_empty_request_is_an_error(stub: coding_pb2_grpc.CodingStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Code(coding_pb2.CodeRequest())
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_a_deadline_that_passed_gives_no_partial_answer(stub: coding_pb2_grpc.CodingStub) -> None:
    import msgspec

    long = msgspec.json.encode(encounter("Assessment: asthma.\n" * 400_000)).decode()
    with pytest.raises(grpc.RpcError) as caught:
        stub.Code(request(long), timeout=0.05)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize("address", ["0.0.0.0:0", "localhost", "127.0.0.1"])
def test_only_loopback_addresses_are_served(kb: superbill.KnowledgeBase, address: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "superbill", "serve", "--address", address],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith("superbill: address:")
