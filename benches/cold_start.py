"""Cold starts beside bare Python: `python benches/cold_start.py [FULL.kb]`. Medians of whole processes run in turn, in milliseconds."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import superbill

RUNS = 21
CODE = """import superbill
superbill.open().code('{"type": "office_visit", "setting": "professional", "date_of_service": "2026-05-04", \
"documents": [{"id": "a", "text": "Assessment: asthma."}]}')"""
LOOKUP = """import sys, superbill
assert superbill.open(sys.argv[1]).lookup("E11.9", "2026-05-04").standing == "valid\""""
DESCRIBE = """import sys, superbill
assert superbill.open(sys.argv[1]).lookup("E11.9", "2026-05-04").description"""
PROGRAMS = {
    "bare Python": ["-c", "pass"],
    "import superbill": ["-c", "import superbill"],
    "open and first code()": ["-c", CODE],
    "superbill lookup": ["-m", "superbill", "lookup", "E11.9", "--date", "2026-05-04"],
}


def run(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    superbill.open()
    if len(sys.argv) > 1:
        PROGRAMS["full base: open, lookup"] = ["-c", LOOKUP, sys.argv[1]]
        PROGRAMS["full base: and its title"] = ["-c", DESCRIBE, sys.argv[1]]
    rounds = [{name: run(arguments) for name, arguments in PROGRAMS.items()} for _ in range(RUNS)]
    medians = {name: statistics.median(each[name] for each in rounds) for name in PROGRAMS}
    for name, median in medians.items():
        print(f"{name:<24} {median:6.1f} ms   {median - medians['bare Python']:+6.1f} over bare Python")
