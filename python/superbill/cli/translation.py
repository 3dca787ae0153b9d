"""`superbill translate`."""

from __future__ import annotations

import argparse
from typing import Any

import superbill
from superbill.cli.options import add_date, add_json, add_knowledge_base, day, knowledge_base, print_json


def add_commands(commands: Any) -> None:
    """Adds `translate`."""
    translate = commands.add_parser("translate", help="a SNOMED CT concept as ICD-10-CM, by the map of your licensed release")
    translate.add_argument("concept", help="a SNOMED CT identifier")
    add_date(translate, required=True)
    translate.add_argument("--birth", type=day, metavar="DAY", help="date of birth")
    translate.add_argument("--sex", choices=("female", "male", "other", "unknown"))
    translate.add_argument("--onset", type=day, metavar="DAY", help="the day on which the condition began")
    translate.add_argument("--condition", action="append", default=[], metavar="CONCEPT", help="a concept the patient has; may be repeated")
    translate.add_argument("--conditions-complete", action="store_true", help="the patient has no other conditions")
    translate.add_argument("--laterality", choices=("left", "right", "bilateral"))
    translate.add_argument("--seventh", metavar="CHARACTER", help="of the episode of care: A, D, S, ...")
    translate.set_defaults(run=run_translate)
    add_knowledge_base(translate)
    add_json(translate)


def as_dict(answer: superbill.Translation) -> dict[str, Any]:
    """The fields of an answer for JSON."""
    names = ("concept", "term", "status", "codes", "missing", "release", "covered")
    of_target = ("group", "code", "description", "standing", "candidates", "side", "advice", "category", "row", "rule")
    of_proof = ("group", "priority", "row", "rule", "truth")
    fields = {name: getattr(answer, name) for name in names}
    fields["targets"] = [{name: getattr(target, name) for name in of_target} for target in answer.targets]
    fields["proof"] = [dict(zip(of_proof, row, strict=True)) for row in answer.proof]
    return fields


def run_translate(options: argparse.Namespace) -> int:
    """Prints the codes of a concept; 1 where some of them cannot stand on a claim or something is missing."""
    answer = knowledge_base(options).translate(
        options.concept,
        options.date,
        birth_date=options.birth,
        sex=options.sex,
        onset_date=options.onset,
        conditions=options.condition,
        conditions_complete=options.conditions_complete,
        laterality=options.laterality,
        seventh=options.seventh,
    )
    if options.json:
        print_json(as_dict(answer))
    else:
        show(answer)
    return 0 if answer.status == "mapped" else 1


def show(answer: superbill.Translation) -> None:
    """An answer for people, with its proof."""
    missing = f": needs {', '.join(answer.missing)}" if answer.missing else ""
    print(f"{answer.concept}  {answer.term or ''}".rstrip())
    print(f"  {answer.status}{missing}")
    for target in answer.targets:
        print(f"  {target.code:<9} {target.standing:<16} {target.description}")
        if target.candidates:
            print(f"    choose from: {' '.join(target.candidates)}")
        if target.side == "unspecified":
            print("    there are codes by side: which one?")
        if target.advice:
            print(f"    advice: {', '.join(target.advice)}")
    for group, priority, row, rule, truth in answer.proof:
        print(f"  group {group}, priority {priority}: {rule} is {truth}  [{row}]")
