"""Whether releases have as much as their publishers' whole files have."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from superbill._core import KnowledgeBase

PUBLISHED = Path(__file__).parent / "published_totals.toml"


class Total(NamedTuple):
    """What one release has and should have."""

    feed: str
    effective: str
    # `rows`, or `valid` codes.
    counted: str
    found: int
    published: int
    citation: str

    @property
    def whole(self) -> bool:
        """Whether both are equal."""
        return self.found == self.published


def totals(kb: KnowledgeBase, published: Path = PUBLISHED) -> list[Total]:
    """Every release in a knowledge base of which a total is known, in order of feed and day."""
    files: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for feed, effective, _, _, _, rows, _ in kb.sources:
        files[feed, effective].append(rows)
    found = []
    for total in tomllib.loads(published.read_text(encoding="utf-8"))["total"]:
        feed, effective = total["feed"], total["effective"].isoformat()
        rows = files.get((feed, effective))
        if not rows:
            continue
        if "valid" in total:
            counted = ("valid", kb.billable_count(effective, system=total["system"]), total["valid"])
        else:
            # A release that comes in two forms has its rows in each.
            counted = ("rows", min(rows) if total.get("each") else sum(rows), total["rows"])
        found.append(Total(feed, effective, *counted, total["citation"]))
    return sorted(found)
