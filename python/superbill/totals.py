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
    for feed, effective, _, _, _, count, _ in kb.sources:
        files[feed, effective].append(count)
    found = []
    for total in tomllib.loads(published.read_text(encoding="utf-8"))["total"]:
        feed, effective = total["feed"], total["effective"].isoformat()
        counts = files.get((feed, effective))
        if not counts:
            continue
        if "valid" in total:
            have, counted = kb.billable_count(effective, system=total["system"]), "valid"
        else:
            # A release that comes in two forms has its rows in each.
            have, counted = min(counts) if total.get("each") else sum(counts), "rows"
        found.append(Total(feed, effective, counted, have, total[counted], total["citation"]))
    return sorted(found)
