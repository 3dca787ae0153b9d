"""Metamorphic bench: what a change of a note must do to its codes, for any engine behind a small adapter.

Notes come from a grammar with one condition in the assessment, sampled from the titles of the code set and, where the knowledge base has
it, as often from the Alphabetic Index. Each relation changes the note and says what has to become of the codes: stay as they are (pasted
twice, unrelated text, another setting, sections in another order, another case, lines split), lose the condition (negated, moved to the
family, to the past, to "rule out"), or change side. A case in which one of two equal notes is coded and the other is not is a violation;
one in which neither is coded says nothing and is counted apart. The score is violations per 10,000 cases.

    python -m superbill.metamorphic --cases 10000 [--base FILE] [--relation NAME] [--seed N] [--show N]

An adapter is a function from encounters (dicts in the form of the schema) to sets of codes, one each.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from superbill import KnowledgeBase, KnowledgeBaseError
from superbill import open as open_base

Engine = Callable[[Sequence[dict[str, object]]], Sequence[set[str]]]
Sections = list[tuple[str, str]]

DAY = "2026-05-04"

# What the sections say beside the condition; none of it names a condition that is present.
LAYOUTS: dict[str, tuple[tuple[str, str], ...]] = {
    "soap": (("SUBJECTIVE", "The patient is here for a visit as planned."), ("OBJECTIVE", "Alert and oriented."), ("ASSESSMENT", "{}")),
    "visit": (
        ("CHIEF COMPLAINT", "Office visit."),
        ("HISTORY OF PRESENT ILLNESS", "The patient is seen today with the daughter. Medication is taken as prescribed."),
        ("SOCIAL HISTORY", "Works as a teacher."),
        ("PHYSICAL EXAMINATION", "Vital signs are normal. Well appearing."),
        ("ASSESSMENT AND PLAN", "{}"),
    ),
    "impression": (("HPI", "Seen in clinic today."), ("EXAM", "Unremarkable."), ("IMPRESSION", "{}"), ("PLAN", "Return in three months.")),
    "colon": (("Reason for visit:", "scheduled visit"), ("Exam:", "normal"), ("Assessment:", "{}"), ("Plan:", "continue as before")),
    "medications": (
        ("History of present illness:", "Here for review."),
        ("Medications:", "vitamin D once a day"),
        ("Allergies:", "none known"),
        ("Diagnosis:", "{}"),
    ),
    "problems": (("INTERVAL HISTORY", "No new concerns since the last visit."), ("A/P", "{}"), ("FOLLOW UP", "Four weeks.")),
    "referral": (
        ("REASON FOR CONSULTATION", "Opinion requested by the primary care physician."),
        ("VITALS", "BP 118/74, pulse 70."),
        ("ASSESSMENT", "{}"),
        ("RECOMMENDATIONS", "Thank you for this referral."),
    ),
    "brief": (("Subjective:", "Returns today."), ("Assessment/Plan:", "{}")),
}

# How the assessment names it; each with how it says that it is not there, and that it may be.
STYLES: dict[str, tuple[str, str, str]] = {
    "line": ("{}.", "No evidence of {}.", "Rule out {}."),
    "number": ("1. {}.", "1. No evidence of {}.", "1. Rule out {}."),
    "bullet": ("- {}", "- Negative for {}", "- Possible {}"),
    "plan": ("{}: continue the present treatment.", "Negative for {}: no treatment.", "Rule out {}: tests were ordered."),
    "prose": ("The patient has {}.", "The patient does not have {}.", "The patient may have {}."),
    "treated": ("{}, treated today.", "No {}.", "Suspected {}, tests were ordered."),
}
TEMPLATES = [(layout, style) for layout in LAYOUTS for style in STYLES]

UNRELATED = "The parking garage was full. Forms were completed and the schedule was handed out."
SETTINGS = ("professional", "outpatient_facility")
SIDES = {"right": "left", "left": "right", "Right": "Left", "Left": "Right"}


@dataclass(frozen=True)
class Condition:
    """Words for a condition and the code that they were taken from."""

    words: str
    code: str


@dataclass
class Note:
    """A note before it is written: sections with their text, in order."""

    sections: Sections
    setting: str = "professional"
    wrap: int = 0
    case: str = ""
    twice: bool = False

    def text(self) -> str:
        """The note as it is written."""
        parts = [f"{heading}\n{body}" if heading.isupper() else f"{heading} {body}" for heading, body in self.sections]
        text = "\n\n".join(parts) + "\n"
        if self.wrap:
            text = "\n".join(_wrapped(line, self.wrap) for line in text.split("\n"))
        if self.case == "upper":
            text = text.upper()
        elif self.case == "lower":
            text = text.lower()
        return f"{text}\n{text}" if self.twice else text

    def encounter(self, name: str) -> dict[str, object]:
        """The note as an encounter."""
        return {
            "id": name,
            "type": "office_visit",
            "setting": self.setting,
            "date_of_service": DAY,
            "documents": [{"id": "note", "text": self.text()}],
        }


def _wrapped(line: str, width: int) -> str:
    out: list[str] = []
    room = width
    for word in line.split(" "):
        if out and len(word) > room:
            out.append("\n")
            room = width
        elif out:
            out.append(" ")
        out.append(word)
        room -= len(word) + 1
    return "".join(out)


def _note(template: tuple[str, str], words: str, way: int = 0) -> Note:
    layout, style = template
    said = STYLES[style][way].format(words)
    return Note([(heading, body.format(said)) for heading, body in LAYOUTS[layout]])


def _moved(template: tuple[str, str], words: str, heading: str, said: str) -> Note:
    """The condition under another heading; the assessment names nothing."""
    note = _note(template, words)
    at = next(at for at, (_, body) in enumerate(LAYOUTS[template[0]]) if "{}" in body)
    colon = not note.sections[at][0].isupper()
    note.sections[at] = (note.sections[at][0], "Doing well.")
    note.sections.insert(1, (f"{heading.capitalize()}:" if colon else heading, said.format(words)))
    return note


def _reordered(template: tuple[str, str], words: str, chance: random.Random) -> Note:
    note = _note(template, words)
    chance.shuffle(note.sections)
    return note


@dataclass(frozen=True)
class Relation:
    """A change of a note: what it makes of one, and what it must do to the codes: `same`, `gone` or `mirrored`."""

    name: str
    becomes: str
    change: Callable[[tuple[str, str], str, random.Random], Note]


def _with(template: tuple[str, str], words: str, **changes: object) -> Note:
    note = _note(template, words)
    for name, value in changes.items():
        setattr(note, name, value)
    return note


def _unrelated(template: tuple[str, str], words: str, chance: random.Random) -> Note:
    note = _note(template, words)
    note.sections.insert(chance.randrange(len(note.sections) + 1), ("SOCIAL HISTORY", UNRELATED))
    return note


RELATIONS = (
    Relation("negate", "gone", lambda t, w, _: _note(t, w, 1)),
    Relation("swap side", "mirrored", lambda t, w, _: _note(t, swapped(w))),
    Relation(
        "family history", "gone", lambda t, w, c: _moved(t, w, "FAMILY HISTORY", c.choice(["Mother: {}.", "{} in the father.", "{}."]))
    ),
    Relation("rule out", "gone", lambda t, w, _: _note(t, w, 2)),
    Relation("past history", "gone", lambda t, w, _: _moved(t, w, "PAST MEDICAL HISTORY", "{}.")),
    Relation("paste twice", "same", lambda t, w, _: _with(t, w, twice=True)),
    Relation("unrelated text", "same", _unrelated),
    Relation("setting", "same", lambda t, w, _: _with(t, w, setting=SETTINGS[1])),
    Relation("reorder sections", "same", _reordered),
    Relation("case", "same", lambda t, w, c: _with(t, w, case=c.choice(["upper", "lower"]))),
    Relation("split lines", "same", lambda t, w, c: _with(t, w, wrap=c.randrange(20, 72))),
)


def swapped(text: str) -> str:
    """The same with right for left."""
    return re.sub(r"\b(right|left)\b", lambda side: SIDES[side.group()], text, flags=re.IGNORECASE)


def conditions(kb: KnowledgeBase) -> list[Condition]:
    """Titles of codes that can be billed, of diseases, symptoms and injuries."""
    found: list[Condition] = []
    for letter in "ABCDEFGHIJKLMNOPQRST":
        for number in range(100):
            found += _below(kb, f"{letter}{number:02}")
    return found


# Words after which a subterm of the Index goes on to another condition: what becomes of that is not what becomes of the first.
_GOES_ON = ("with", "without", "due", "in", "of", "from", "following", "by", "to", "after", "during", "on")

# A longer entry is not what a note says in one breath.
_MOST_WORDS = 6


def index_conditions(kb: KnowledgeBase, titles: Sequence[Condition]) -> list[Condition]:
    """What the Alphabetic Index calls the conditions of titles, where it has other words for them; none where no Index is loaded."""
    found: dict[str, Condition] = {}
    for title in titles:
        try:
            entries = kb.index_lookup(title.words, DAY, limit=3)
        except KnowledgeBaseError:
            return []
        for entry in entries:
            if entry.code and not any(part.split(" ")[0] in _GOES_ON for part in entry.path):
                words = _spoken([part.split(",")[0] for part in entry.path])
                if len(words.split(" ")) <= _MOST_WORDS:
                    found.setdefault(words.lower(), Condition(words, entry.code))
    for title in titles:
        found.pop(title.words.lower(), None)
    return list(found.values())


def _spoken(path: Sequence[str]) -> str:
    """An entry as notes say it: what tells the main term closer before it."""
    main, *closer = [re.sub(r"\s*[(\[].*?[)\]]| NEC$", "", part) for part in path]
    return " ".join([*reversed(closer), main[:1].lower() + main[1:] if main[1:2].islower() else main]).strip()


def _below(kb: KnowledgeBase, category: str) -> Iterator[Condition]:
    known = kb.lookup(category, DAY)
    stack = [known] if known else []
    while stack:
        code = stack.pop()
        if code.billable:
            # Titles say "initial encounter" and "unspecified", which no note does; the note says the rest.
            words = re.sub(r", (initial|subsequent|sequela).*$|, unspecified.*$", "", code.description)
            yield Condition(words[:1].lower() + words[1:] if words[1:2].islower() else words, code.code)
        else:
            stack += kb.children(code.code, DAY)


@dataclass
class Tally:
    """What became of the cases of one relation."""

    cases: int = 0
    violations: int = 0
    silent: int = 0
    shown: list[str] = field(default_factory=list)

    @property
    def per_10_000(self) -> float:
        """Violations in 10,000 cases."""
        return 10_000 * self.violations / max(1, self.cases)


def run(  # noqa: PLR0913 - each is a choice of its own
    engine: Engine,
    kb: KnowledgeBase,
    *,
    cases: int,
    seed: int = 1,
    relations: Sequence[Relation] = RELATIONS,
    show: int = 0,
) -> dict[str, Tally]:
    """Runs `cases` cases of each relation; `kb` tells titles of codes, never what is expected of the engine's reading."""
    titles = conditions(kb)
    of_index = index_conditions(kb, titles)
    names = {c.words.lower() for c in [*titles, *of_index]}

    def sided(pool: Sequence[Condition]) -> list[Condition]:
        return [c for c in pool if swapped(c.words) != c.words and swapped(c.words).lower() in names]

    # As many of the Index as of titles, though it has fewer that are not titles.
    pools = [pool for pool in (titles, of_index) if pool]
    two_sided = [pool for pool in map(sided, pools) if pool]
    tallies = {}
    for relation in relations:
        chance = random.Random(f"{seed} {relation.name}")
        among = two_sided if relation.becomes == "mirrored" else pools
        chosen = [(chance.choice(TEMPLATES), chance.choice(among[at % len(among)])) for at in range(cases)]
        before = [_note(template, condition.words) for template, condition in chosen]
        after = [relation.change(template, condition.words, chance) for template, condition in chosen]
        answers = engine([note.encounter(str(at)) for at, note in enumerate(before + after)])
        tally = tallies[relation.name] = Tally(cases=cases)
        for at, (template, condition) in enumerate(chosen):
            first, second = answers[at], answers[cases + at]
            if not first and not (second and relation.becomes == "same"):
                tally.silent += 1
            elif not _holds(kb, relation, first, second):
                tally.violations += 1
                if len(tally.shown) < show:
                    tally.shown.append(f"{relation.name} {template} {condition.words!r}: {sorted(first)} -> {sorted(second)}")
    return tallies


def _holds(kb: KnowledgeBase, relation: Relation, first: set[str], second: set[str]) -> bool:
    if relation.becomes == "same":
        return first == second
    if relation.becomes == "gone":
        return not first & second
    return {_side(kb, code) for code in second} == {_sorted(swapped(_side(kb, code))) for code in first}


def _side(kb: KnowledgeBase, code: str) -> str:
    """What a code says, as far as sides change it: two codes are mirrored where their titles have the same words, in whatever order."""
    known = kb.lookup(code, DAY)
    return " ".join(sorted(re.findall(r"[a-z0-9]+", known.description.lower()))) if known else code


def _sorted(words: str) -> str:
    return " ".join(sorted(words.split(" ")))


def superbill_engine(kb: KnowledgeBase) -> Engine:
    """The adapter of Superbill itself."""

    def code(encounters: Sequence[dict[str, object]]) -> list[set[str]]:
        answers = kb.code_many(list(encounters))
        return [{d.code for d in getattr(answer, "diagnoses", ())} for answer in answers]

    return code


def main() -> None:
    """Runs the bench with Superbill as the engine and prints its score."""
    parser = argparse.ArgumentParser(
        prog="superbill.metamorphic", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000, help="cases of each relation")
    parser.add_argument("--base", help="knowledge base; the default one where absent")
    parser.add_argument("--relation", help="only relations whose name begins so")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="violations to print of each relation")
    asked = parser.parse_args()
    kb = open_base(asked.base)
    relations = [r for r in RELATIONS if r.name.startswith(asked.relation or "")]
    tallies = run(superbill_engine(kb), kb, cases=asked.cases, seed=asked.seed, relations=relations, show=asked.show)
    for name, tally in tallies.items():
        print(f"{name:<18} {tally.violations:>6} of {tally.cases} ({tally.per_10_000:.1f} in 10,000), {tally.silent} say nothing")
        for line in tally.shown:
            print("   ", line)
    total = sum(t.violations for t in tallies.values())
    print(f"{'all':<18} {10_000 * total / max(1, sum(t.cases for t in tallies.values())):.1f} violations in 10,000 cases")


if __name__ == "__main__":
    main()
