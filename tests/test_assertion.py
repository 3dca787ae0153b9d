"""What a text says of a span that the caller brings."""

from __future__ import annotations

import pytest

import superbill

NOTE = (
    "HISTORY OF PRESENT ILLNESS\nDenies chest pain but reports zorblax. No evidence of quuxitis.\nFAMILY HISTORY\nQuuxitis in his mother.\n"
)


def said(text: str, words: str, after: int = 0) -> str:
    start = text.index(words, after)
    return superbill.assertion(text, start, start + len(words))


@pytest.mark.parametrize(
    ("words", "after", "expected"),
    [("chest pain", 0, "negated"), ("zorblax", 0, "present"), ("quuxitis", 0, "negated"), ("Quuxitis", 0, "family")],
)
def test_words_need_not_be_known(words: str, after: int, expected: str) -> None:
    assert said(NOTE, words, after) == expected


def test_offsets_are_code_points_and_agree_with_reading() -> None:
    text = "Ärztin: 38 °C \N{THERMOMETER}. Denies fever, possible pneumonia; status post knee replacement."
    kb = superbill.open()
    mentions = kb.read(text)
    assert len(mentions) >= 3
    assert [kb.assertion(text, m.start, m.end) for m in mentions] == [m.assertion for m in mentions]


@pytest.mark.parametrize(("start", "end", "field"), [(0, 0, "start"), (5, 2, "start"), (0, 99, "end"), (3, 4, "start")])
def test_what_is_no_span_is_refused(start: int, end: int, field: str) -> None:
    with pytest.raises(superbill.EncounterError, match=f"^{field}: "):
        superbill.assertion("no    x", start, end)
