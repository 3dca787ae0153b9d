"""The schema only grows: what clients rely on stands in proto/contract.txt and must still hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

descriptor_pb2 = pytest.importorskip("google.protobuf.descriptor_pb2", reason="protobuf is an extra: pip install 'superbill[client]'")
PROTO = Path(__file__).resolve().parents[1] / "proto"
sys.path.insert(0, str(PROTO))

from generate import contract  # noqa: E402
from superbill.v1 import admin_pb2, claim_pb2, coded_pb2, coding_pb2, encounter_pb2, terminology_pb2  # noqa: E402

MODULES = (admin_pb2, claim_pb2, coded_pb2, coding_pb2, encounter_pb2, terminology_pb2)


def files() -> list[Any]:
    found = []
    for module in MODULES:
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        found.append(file)
    return found


def kept() -> set[str]:
    return set((PROTO / "contract.txt").read_text(encoding="utf-8").splitlines())


def test_nothing_that_clients_rely_on_is_gone() -> None:
    now = contract(files())
    assert not kept() - now, "removed, renumbered or of another type"
    assert not now - kept(), "new: run python proto/generate.py"


@pytest.mark.parametrize("change", ["removed", "renumbered", "retyped", "made repeated", "method removed"])
def test_breaking_changes_are_seen(change: str) -> None:
    changed = files()
    coding = next(file for file in changed if file.name.endswith("coding.proto"))
    message = next(m for m in coding.message_type if m.name == "EditRequest")
    field = message.field[1]
    match change:
        case "removed":
            del message.field[1]
        case "renumbered":
            field.number = 9
        case "retyped":
            field.type = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
        case "made repeated":
            field.label = descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED
        case _:
            del coding.service[0].method[0]
    assert kept() - contract(changed)
