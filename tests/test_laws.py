"""Laws that hold whatever the note says."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import superbill
from dictionary import notes
from notes import Json, encounter
from superbill import models

# Conditions that a negation, a family history or a side may be put to; each names one billable code by itself.
CONDITIONS = [
    "asthma",
    "hypertension",
    "type 2 diabetes",
    "pneumonia",
    "gout",
    "depression",
    "migraine",
    "hypothyroidism",
    "atrial fibrillation",
    "psoriasis",
]
SIDED = [
    "osteoarthritis of the {} knee",
    "{} shoulder pain",
    "{} carpal tunnel syndrome",
    "pain in the {} hip",
    "{} knee effusion",
    "otitis media, {} ear",
]
NEGATIONS = [
    "Patient denies {}.",
    "No evidence of {}.",
    "No {}.",
    "{} was ruled out.",
    "Negative for {}.",
    "There is no sign of {}.",
]
FAMILY = [
    "Family history of {}.",
    "Her mother had {}.",
    "His father has {}.",
    "{} runs in the family.",
    "Family history: {}.",
]
OTHERS = ["Sister diagnosed with {} last year.", "Brother has {}."]

KB = superbill.open()


def items(encounter: Json) -> list[models.Diagnosis | models.Procedure]:
    """All codes of an encounter."""
    coded = KB.code(encounter)
    return [*coded.diagnoses, *coded.procedures]


def diagnoses(text: str, **fields: str) -> list[str]:
    return [d.code for d in KB.code(encounter(text, **fields)).diagnoses]


@given(st.sampled_from(CONDITIONS), st.sampled_from(CONDITIONS), st.sampled_from(NEGATIONS))
def test_a_negated_mention_gives_no_code_and_its_twin_does(one: str, other: str, negation: str) -> None:
    codes = diagnoses(f"Assessment: {one}.")
    assert codes
    sentence = negation.format(one)
    sentence = sentence[0].upper() + sentence[1:]
    assert diagnoses(f"Assessment: {sentence}") == []
    if one != other:
        twin = diagnoses(f"Assessment: {other}.")
        assert diagnoses(f"Assessment: {other}. {sentence}") == twin


@given(st.sampled_from(CONDITIONS), st.sampled_from(FAMILY + OTHERS))
def test_a_relative_never_gives_the_patient_the_disease(condition: str, sentence: str) -> None:
    own = set(diagnoses(f"Assessment: {condition}."))
    said = sentence.format(condition)
    assert not own & set(diagnoses(f"Assessment: {said[0].upper()}{said[1:]}"))


@given(st.sampled_from(SIDED))
def test_left_and_right_follow_the_words(condition: str) -> None:
    right, left = (
        diagnoses(f"Assessment: {condition.format('right')}."),
        diagnoses(f"Assessment: {condition.format('left')}."),
    )
    assert len(right) == len(left) == 1
    assert right != left
    for side, (code,) in (("right", right), ("left", left)):
        known = KB.lookup(code, "2026-05-04")
        assert known is not None
        assert side in known.description


@given(st.text())
@example("\x00")
@example("1. " * 500)
@example("no " * 2000)
def test_any_text_is_answered_with_spans_inside_it(text: str) -> None:
    for item in items(encounter(text)):
        for evidence in item.evidence:
            assert text[evidence.start : evidence.end] == evidence.text


@given(st.binary())
def test_bytes_that_are_no_encounter_are_an_error(content: bytes) -> None:
    with pytest.raises(superbill.EncounterError):
        KB.code(content)


@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.sampled_from(notes(None)))
def test_torn_notes_are_answered(chance: random.Random, note: str) -> None:
    """Pieces of real prose in any order, cut anywhere, with signs of every kind between."""
    pieces = [note[chance.randrange(len(note)) :][: chance.randrange(200)] for _ in range(20)]
    text = "".join(piece + chance.choice(["", "\n", ". ", "\u2028", "é", "½", "\x0b", "ß", "🙂"]) for piece in pieces)
    for item in items(encounter(text)):
        for evidence in item.evidence:
            assert text[evidence.start : evidence.end] == evidence.text


def test_every_code_has_its_proof() -> None:
    for text in notes(None):
        for item in items(encounter(text, "operative_report", scope="all")):
            assert item.evidence
            assert item.because
            assert all(step.release for step in item.because)


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_the_same_bytes_at_any_number_of_threads(threads: int) -> None:
    batch = [json.dumps(encounter(text)) for text in notes(None)] * 20
    alone = [KB.code(one).to_json() for one in batch[: len(notes(None))]] * 20
    answers = KB.code_many(batch, threads=threads)
    assert [answer.to_json() for answer in answers if isinstance(answer, superbill.CodedEncounter)] == alone


def test_hostile_nesting_and_size_are_errors() -> None:
    for content in (b"[" * 100_000, b'{"documents":' * 50_000, b'{"id": ' + b'"x' * 10):
        with pytest.raises(superbill.EncounterError):
            KB.code(content)
    with pytest.raises(superbill.EncounterError, match="16 MiB"):
        KB.code(encounter("x" * (16 << 20) + "x"))
