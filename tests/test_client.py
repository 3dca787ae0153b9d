"""The shipped client: the names and the answers of the engine in this process."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import superbill
from notes import encounter
from superbill.cli.coding import DEMO

pytest.importorskip("grpc", reason="the grpcio client is an extra: pip install 'superbill[client]'")

from served import Served, served
from superbill.client import AsyncClient, Client, Retries, ServiceError

DAY = "2026-05-04"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(DEMO.glob("*.json"))]
CLAIM = {"id": "c", "setting": "professional", "lines": [{"code": "99213", "units": 1, "date": DAY, "modifiers": ["59"]}]}
WRONG = encounter("x") | {"date_of_service": "Jane Roe"}
MALFORMED = '{"id": 1}'


@pytest.fixture(scope="module")
def server(kb: superbill.KnowledgeBase) -> Iterator[Served]:
    with served() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Served) -> Iterator[Client]:
    with Client(server.address) as client:
        yield client


def test_the_names_are_those_of_the_engine() -> None:
    for name in (
        "code",
        "code_many",
        "edit",
        "edit_many",
        "check",
        "check_many",
        "lookup",
        "lookup_many",
        "validate",
        "validate_many",
        "children",
        "ancestors",
        "descendants",
        "search",
        "match",
        "translate",
    ):
        near = inspect.signature(getattr(superbill.KnowledgeBase, name)).parameters
        for kind in (Client, AsyncClient):
            assert list(inspect.signature(getattr(kind, name)).parameters) == list(near), name


@pytest.mark.parametrize("text", TEXTS, ids=[path.stem for path in sorted(DEMO.glob("*.json"))])
def test_answers_are_equal(kb: superbill.KnowledgeBase, client: Client, text: str) -> None:
    far = client.code(text)
    assert far == kb.code(text)
    assert far == client.code(json.loads(text))


def test_many_and_streams_keep_their_order_and_say_what_is_wrong_in_its_place(kb: superbill.KnowledgeBase, client: Client) -> None:
    encounters: list[Any] = [*TEXTS, WRONG, MALFORMED, *TEXTS]
    near = kb.code_many(encounters)
    for far in (
        client.code_many(encounters),
        client.code_many(encounters, threads=1),
        list(client.code_stream(iter(encounters), window=3)),
    ):
        assert [str(answer) if isinstance(answer, Exception) else answer for answer in far] == [
            str(answer) if isinstance(answer, Exception) else answer for answer in near
        ]
    assert client.edit_many([CLAIM] * 9) == kb.edit_many([CLAIM] * 9)
    assert client.check_many([CLAIM, CLAIM]) == kb.check_many([CLAIM, CLAIM])
    assert client.check(CLAIM) == kb.check(CLAIM)
    assert client.edit(CLAIM) == kb.edit(CLAIM)


def test_a_stream_takes_no_more_than_its_window(client: Client) -> None:
    taken = 0

    def source() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield TEXTS[0]

    stream = client.code_stream(source(), window=5)
    for answered in range(1, 30):
        next(stream)
        assert taken <= answered + 5 + 1
    stream.close()  # type: ignore[attr-defined]


def test_an_error_of_the_callers_iterable_is_the_callers(client: Client) -> None:
    def source() -> Iterator[str]:
        yield TEXTS[0]
        raise LookupError("mine")

    answers = client.code_stream(source())
    assert next(answers) == client.code(TEXTS[0])
    with pytest.raises(LookupError, match="mine"):
        list(answers)


@pytest.mark.corpora
def test_every_note_of_mtsamples_is_the_same_near_and_far(kb: superbill.KnowledgeBase, client: Client, corpora: Path) -> None:
    with gzip.open(corpora / "mtsamples.jsonl.gz", "rt", encoding="utf-8") as file:
        encounters = [encounter(json.loads(line)["text"]) for line in file]
    near, far = kb.code_many(encounters), client.code_many(encounters)
    assert len(near) > 2000
    # All but a few have codes; one that has none must say so alike.
    assert [str(answer) if isinstance(answer, Exception) else answer.to_protobuf() for answer in near] == [
        str(answer) if isinstance(answer, Exception) else answer.to_protobuf() for answer in far
    ]


def test_codes(kb: superbill.KnowledgeBase, client: Client) -> None:
    fields = [name for name in dir(superbill.CodeInfo) if not name.startswith("_") and name != "licensed_description"]

    def same(near: Any, far: Any) -> None:
        assert (near is None) == (far is None)
        for name in fields if near is not None else ():
            assert getattr(near, name) == getattr(far, name), name

    for code in ("E11.40", "E11", "29881", "I21", "E99"):
        same(kb.lookup(code, DAY), client.lookup(code, DAY))
        assert kb.validate(code, DAY) == client.validate(code, DAY)
    for name in ("children", "ancestors", "descendants"):
        near, far = getattr(kb, name)("E11.4", DAY), getattr(client, name)("E11.4", DAY)
        assert [info.code for info in near] == [info.code for info in far]
    found = client.search("hart failure", DAY, limit=5)
    for one, other in zip(kb.search("hart failure", DAY, limit=5), found, strict=True):
        same(one, other)
    assert kb.validate_many(["E11.4", "?", "E99"], DAY) == client.validate_many(["E11.4", "?", "E99"], DAY)
    assert [info and info.code for info in client.lookup_many(["E11.40", "?"], DAY)] == ["E11.40", None]
    text = "Pain in the näive knee: type 2 diabetes, asthma."
    assert [(m.start, m.end, m.codes) for m in kb.match(text)] == [(m.start, m.end, m.codes) for m in client.match(text)]
    assert [rule.id for rule in client.rules()] == [row[0] for row in kb.rules]
    assert client.releases().hash == kb.hash == client.status().knowledge_hash


def test_errors_are_those_of_the_engine(kb: superbill.KnowledgeBase, client: Client) -> None:
    asked: list[Any] = [
        lambda e: e.code(WRONG),
        lambda e: e.code(MALFORMED),
        lambda e: e.edit({"setting": "professional", "lines": [{"date": "Jane Roe"}]}),
        lambda e: e.lookup("?", DAY),
        lambda e: e.lookup("E11.9", "May"),
        lambda e: e.search("asthma", DAY, system="nope"),
        lambda e: e.children("E99", DAY),
        lambda e: e.translate(44054006, DAY),
    ]
    for ask in asked:
        with pytest.raises(superbill.SuperbillError) as near:
            ask(kb)
        with pytest.raises(superbill.SuperbillError) as far:
            ask(client)
        assert type(near.value) is type(far.value)
        assert "Jane" not in str(far.value)


def test_asyncio(kb: superbill.KnowledgeBase, server: Served) -> None:
    async def ask() -> None:
        async with AsyncClient(server.address) as client:
            assert await client.code(TEXTS[0]) == kb.code(TEXTS[0])
            assert await client.code_many(TEXTS) == kb.code_many(TEXTS)
            encounters: list[Any] = [TEXTS[1], WRONG, MALFORMED, TEXTS[2]]
            far = [answer async for answer in client.code_stream(encounters, window=2)]
            assert [str(answer) if isinstance(answer, Exception) else answer for answer in far] == [
                str(answer) if isinstance(answer, Exception) else answer for answer in kb.code_many(encounters)
            ]
            assert await client.check(CLAIM) == kb.check(CLAIM)
            assert (await client.search("hart failure", DAY))[0].code == "I50.9"
            with pytest.raises(superbill.CodeError):
                await client.lookup("?", DAY)

            async def source() -> Any:
                yield TEXTS[0]
                raise LookupError("mine")

            with pytest.raises(LookupError, match="mine"):
                _ = [answer async for answer in client.code_stream(source())]

    asyncio.run(ask())


def test_nobody_there_is_said_in_time() -> None:
    with Client("127.0.0.1:1", timeout=0.5, retries=Retries(attempts=2)) as client:
        with pytest.raises(ServiceError) as caught:
            client.code(TEXTS[0])
        assert caught.value.name in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
        with pytest.raises(ServiceError):
            list(client.code_stream(TEXTS))


def test_plain_text_does_not_leave_this_machine_unsaid() -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(superbill.SuperbillError, match="plain text"):
            kind("192.0.2.1:50051")
    Client("192.0.2.1:50051", plain_text_on_network=True).close()


def test_a_budget_of_retries_ends() -> None:
    retries = Retries(burst=2, ratio=0.5)
    later = float("inf")
    assert retries.wait(14, 1, later, ()) is not None
    assert retries.wait(14, 1, later, ()) is not None
    assert retries.wait(14, 1, later, ()) is None
    retries.succeeded()
    assert retries.wait(14, 1, later, ()) is None
    retries.succeeded()
    assert retries.wait(3, 1, later, ()) is None
    assert 0.2 <= (retries.wait(8, 1, later, (("grpc-retry-pushback-ms", "200"),)) or 0) <= 0.4
    assert Retries().wait(14, 1, later, (("grpc-retry-pushback-ms", "-1"),)) is None


def command(*arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "superbill", *arguments], input=text, capture_output=True, timeout=120, check=False)


def test_the_command_line_works_far_as_it_does_near(server: Served, tmp_path: Path) -> None:
    lines = tmp_path / "encounters.jsonl"
    lines.write_text("\n".join(json.dumps(json.loads(text)) for text in [*TEXTS, json.dumps(WRONG)]), encoding="utf-8")
    for arguments in (["code", str(lines), "--jsonl"], ["code", str(sorted(DEMO.glob("*.json"))[1]), "--json"]):
        near, far = command(*arguments), command(*arguments, "--server", server.address)
        assert (near.stdout, near.returncode) == (far.stdout, far.returncode)
        assert far.stdout
    assert command("code", "-", "--date", DAY, "--server", "192.0.2.1:1", text=b"Assessment: asthma.").returncode == 2


def test_the_server_and_the_client_of_the_readme() -> None:
    text = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    said = re.search(r"^\$ .*&& superbill serve --listen (\S+)$", text, re.M)
    block = next(block for block in re.findall(r"```python\n(.*?)```", text, re.S) if "superbill.client" in block)
    assert said is not None
    assert said[1] in block
    with served() as server:
        names: dict[str, Any] = {}
        exec(compile(block.replace(said[1], server.address), "README.md", "exec"), names)
        names["kb"].close()


def test_grpc_is_loaded_only_when_it_is_used() -> None:
    program = "import superbill, superbill.cli, sys; assert 'grpc' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
