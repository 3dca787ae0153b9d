"""Notes of an evaluation set as Encounters, one a line: `python benches/encounters.py CORPUS.jsonl[.gz] TYPE DATE > encounters.jsonl`."""

import gzip
import json
import sys

path, kind, day = sys.argv[1:]
with gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8") as file:  # noqa: PTH123
    for row in map(json.loads, file):
        document = {"id": "note", "text": row["text"]}
        print(
            json.dumps(
                {
                    "id": row["id"],
                    "type": kind,
                    "setting": "professional",
                    "date_of_service": day,
                    "documents": [document],
                }
            )
        )
