"""Who is let in, over what, and what is written about it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import superbill
from notes import encounter

grpc = pytest.importorskip("grpc", reason="the grpcio client is an extra: pip install 'superbill[client]'")
pytest.importorskip("cryptography", reason="makes the certificates of these tests")

from certificates import Authority, Issuer, encoded, key_set  # noqa: E402
from served import Served, served  # noqa: E402
from superbill.client import Client, Retries, ServiceError, Tls  # noqa: E402

NOTE = encounter("Assessment: asthma.")
ROLES = ("coder", "auditor", "physician", "admin", "service")
MAY = {
    "/superbill.v1.Coding/Code": {"coder", "auditor", "physician", "service"},
    "/superbill.v1.Coding/CodeStream": {"coder", "auditor", "physician", "service"},
    "/superbill.v1.Coding/Edit": {"coder", "auditor", "service"},
    "/superbill.v1.Coding/EditStream": {"coder", "auditor", "service"},
    "/superbill.v1.Terminology/Lookup": set(ROLES),
    "/superbill.v1.Terminology/Search": set(ROLES),
    "/superbill.v1.Terminology/Match": {"coder", "auditor", "physician", "service"},
    "/superbill.v1.Terminology/Translate": {"coder", "auditor", "physician", "service"},
    "/superbill.v1.Terminology/Validate": set(ROLES),
    "/superbill.v1.Terminology/Children": set(ROLES),
    "/superbill.v1.Terminology/Releases": set(ROLES),
    "/superbill.v1.Terminology/Rules": set(ROLES),
    "/superbill.v1.Admin/Reload": {"admin"},
    "/superbill.v1.Admin/Status": {"admin", "auditor", "service"},
}
FEW = Retries(attempts=1)


class Guarded:
    """A server that wants tokens, and the issuers that it knows."""

    def __init__(self, server: Served, folder: Path, issuer: Issuer, other: Issuer) -> None:
        self.server, self.folder, self.issuer, self.other = server, folder, issuer, other

    def client(self, token: str | None) -> Client:
        return Client(self.server.address, token=token, retries=FEW)


@pytest.fixture(scope="module")
def guarded(kb: superbill.KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    issuer, other = Issuer("one"), Issuer("two", "RS256")
    key_set(folder / "keys.json", issuer, other)
    (folder / "log.key").write_bytes(os.urandom(32))
    flags = ["--auth-keys", str(folder / "keys.json"), "--auth-issuer", "tests", "--auth-audience", "superbill", "--log-calls", "all"]
    with served(*flags, "--log-key-file", str(folder / "log.key"), "--watch-seconds", "0.1", log=folder / "log.json") as server:
        yield Guarded(server, folder, issuer, other)


@pytest.mark.parametrize("role", ROLES)
def test_each_method_with_each_role(guarded: Guarded, role: str) -> None:
    with grpc.insecure_channel(guarded.server.address) as channel:
        for method, roles in MAY.items():
            streams = method.endswith("Stream")
            call = channel.stream_stream(method) if streams else channel.unary_unary(method)
            metadata = [("authorization", f"Bearer {guarded.issuer.token(role)}")]
            code = grpc.StatusCode.OK
            try:
                _ = list(call(iter([b""]), metadata=metadata)) if streams else call(b"", metadata=metadata)
            except grpc.RpcError as error:
                code = error.code()
            # An empty request that is let in fails as such.
            assert (code != grpc.StatusCode.PERMISSION_DENIED) == (role in roles), method
            assert code != grpc.StatusCode.UNAUTHENTICATED


def test_several_roles_and_unknown_ones(guarded: Guarded) -> None:
    with guarded.client(guarded.issuer.token("coder", "admin")) as client:
        assert client.code(NOTE).codes == ("J45.909",)
        client.reload()
    with guarded.client(guarded.other.token("physician")) as client:
        assert client.code(NOTE).codes == ("J45.909",)
    with guarded.client(guarded.issuer.token("root")) as client, pytest.raises(ServiceError, match="PERMISSION_DENIED"):
        client.code(NOTE)


def test_tokens_that_are_not_accepted(guarded: Guarded) -> None:
    good = guarded.issuer
    stranger = Issuer("one")
    head, claims, signature = good.token("coder").split(".")
    public = json.dumps(good.jwk()).encode()
    confused = encoded(json.dumps({"alg": "HS256", "kid": "one"}).encode()) + "." + claims
    tokens = {
        "none": None,
        "empty": "",
        "garbage": "x.y.z",
        "expired": good.token("coder", exp=int(time.time()) - 61),
        "without an end": good.token("coder", exp=None),
        "an end that is no number": good.token("coder", exp="9999999999"),
        "not yet": good.token("coder", nbf=int(time.time()) + 3600),
        "not yet, as text": good.token("coder", nbf="9999999999"),
        "another issuer": good.token("coder", iss="other"),
        "another audience": good.token("coder", aud="other"),
        "another key": stranger.token("coder"),
        "unknown key": good.token("coder", header={"kid": "three"}),
        "no signature": f"{encoded(json.dumps({'alg': 'none'}).encode())}.{claims}.",
        "an unsigned claim": f"{head}.{encoded(json.dumps({'roles': ['admin']}).encode())}.{signature}",
        "a public key as a secret": f"{confused}.{encoded(hmac.new(public, confused.encode(), hashlib.sha256).digest())}",
        "too long": "a" * 9000,
    }
    for name, token in tokens.items():
        with guarded.client(token) as client, pytest.raises(ServiceError) as caught:
            client.code(NOTE)
        assert caught.value.name == "UNAUTHENTICATED", name
        assert str(caught.value) == "UNAUTHENTICATED: a valid bearer token is required"


def test_health_needs_no_token_and_reflection_does(guarded: Guarded) -> None:
    with grpc.insecure_channel(guarded.server.address) as channel:
        assert channel.unary_unary("/grpc.health.v1.Health/Check")(b"") == b"\x08\x01"
        with pytest.raises(grpc.RpcError) as caught:
            next(iter(channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")(iter([b":\x00"]))))
        assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/superbill.v1.Records/Attest")(b"")
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_stream_ends_with_its_token(guarded: Guarded) -> None:
    # The server allows clocks a minute.
    token = guarded.issuer.token("coder", exp=int(time.time()) - 58)

    def notes() -> Iterator[Any]:
        while True:
            yield NOTE
            time.sleep(0.2)

    answers: list[Any] = []
    with guarded.client(token) as client, pytest.raises(ServiceError) as caught:
        # One by one: what comes before the end counts.
        answers.extend(client.code_stream(notes(), window=1))
    assert caught.value.name == "UNAUTHENTICATED"
    assert 1 <= len(answers) < 25


def test_logs_have_no_patient_and_find_an_encounter_by_its_keyed_hash(guarded: Guarded) -> None:
    record = "ZZTEST^CANARY 999-99-9999"
    canary = encounter(f"Assessment: asthma. Patient {record}.", id=record)
    wrong = canary | {"date_of_service": record, "patient": {"id": record, "birth_date": record}}
    with guarded.client(guarded.issuer.token("coder")) as client:
        client.code(canary)
        for bad in (wrong, canary | {"patient": {"birth_date": record}}, canary | {"type": record}):
            with pytest.raises(superbill.EncounterError) as caught:
                client.code(bad)
            assert "ZZTEST" not in str(caught.value)
        _ = list(client.code_stream([wrong]))
    metadata = [("authorization", f"Bearer {guarded.issuer.token('coder')}")]
    with grpc.insecure_channel(guarded.server.address) as channel:
        code = channel.unary_unary("/superbill.v1.Coding/Code")
        with pytest.raises(grpc.RpcError) as error:
            code(b"\x0a\x02\xff" + record.encode(), metadata=metadata)
    assert "ZZTEST" not in error.value.details()
    time.sleep(0.3)
    text = (guarded.folder / "log.json").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert "ZZTEST" not in text
    assert "Bearer" not in text
    assert guarded.issuer.token("coder").split(".")[0] not in text
    key = (guarded.folder / "log.key").read_bytes()
    pseudonym = hmac.new(key, record.encode(), hashlib.sha256).hexdigest()[:32]
    failed = [line for line in lines if line.get("encounter") == pseudonym]
    assert len(failed) == 4
    assert {line["code"] for line in failed} == {"INVALID_ARGUMENT"}
    calls = {line["call"]: line for line in lines if "method" in line}
    assert all(line["call"] in calls for line in failed)


def test_keys_are_read_again(guarded: Guarded) -> None:
    late = Issuer("late")
    with guarded.client(late.token("coder")) as client, guarded.client(guarded.other.token("coder")) as known:
        with pytest.raises(ServiceError, match="UNAUTHENTICATED"):
            client.code(NOTE)
        known.code(NOTE)
        key_set(guarded.folder / "keys.json", guarded.issuer, late)
        until(lambda: accepted(client) and not accepted(known))
        key_set(guarded.folder / "keys.json", guarded.issuer, guarded.other)
        until(lambda: accepted(known) and not accepted(client))
        # What is no set of keys is not taken into use.
        (guarded.folder / "keys.json").write_text('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', encoding="utf-8")
        time.sleep(0.5)
        assert accepted(known)
        key_set(guarded.folder / "keys.json", guarded.issuer, guarded.other)


def accepted(client: Client) -> bool:
    try:
        client.code(NOTE)
    except ServiceError as error:
        return error.name != "UNAUTHENTICATED"
    return True


def until(holds: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_tls_and_the_certificate_of_the_client(kb: superbill.KnowledgeBase, tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path, "authority"), Authority(tmp_path, "stranger")
    cert, key = authority.issue("server")
    ours, theirs = authority.issue("client"), stranger.issue("intruder")
    flags = ["--tls-cert", str(cert), "--tls-key", str(key), "--tls-client-ca", str(authority.path), "--watch-seconds", "0.1"]
    # Said for the wildcard, so that it is as on a network.
    with served(*flags, listen="0.0.0.0:0") as server:
        address = f"127.0.0.1:{server.port}"
        near = kb.code(NOTE)
        with Client(address, tls=Tls(authority.path, *ours)) as client:
            assert client.code(NOTE) == near
            assert list(client.code_stream([NOTE, NOTE])) == [near, near]
        refused: list[Client] = [
            Client(address, tls=Tls(authority.path), timeout=3, retries=FEW),
            Client(address, tls=Tls(authority.path, *theirs), timeout=3, retries=FEW),
            Client(address, tls=Tls(stranger.path, *ours), timeout=3, retries=FEW),
            Client(address, timeout=3, retries=FEW),
        ]
        for client in refused:
            with client, pytest.raises(ServiceError) as caught:
                client.code(NOTE)
            assert caught.value.name in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
        # The certificate is replaced while the server runs.
        for old, new in zip((cert, key), Authority(tmp_path, "next").issue("renewed"), strict=True):
            new.replace(old)
        with Client(address, tls=Tls(tmp_path / "next.pem", *ours), timeout=20) as client:
            assert client.code(NOTE) == near


def test_a_server_that_cannot_be_safe_does_not_start(tmp_path: Path) -> None:
    from test_service import serve_command

    cert, key = Authority(tmp_path, "authority").issue("server")
    tls = ["--tls-cert", str(cert), "--tls-key", str(key)]
    symmetric = tmp_path / "symmetric.json"
    symmetric.write_text('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', encoding="utf-8")
    for flags in (
        ["--listen", "0.0.0.0:0"],
        ["--listen", "0.0.0.0:0", *tls],
        ["--listen", "127.0.0.1:0", "--tls-cert", str(cert)],
        ["--listen", "127.0.0.1:0", "--tls-cert", str(key), "--tls-key", str(key)],
        ["--listen", "127.0.0.1:0", "--auth-keys", str(symmetric), "--auth-issuer", "i", "--auth-audience", "a"],
        ["--listen", "127.0.0.1:0", "--auth-keys", str(symmetric)],
        ["--listen", "127.0.0.1:0", "--log-key-file", str(cert.parent)],
    ):
        ran = serve_command(*flags)
        assert ran.returncode == 2, flags
        assert ran.stderr.startswith("superbill: "), flags
        assert "Traceback" not in ran.stderr
