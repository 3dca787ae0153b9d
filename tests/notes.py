"""Encounters of one note, as the tests write them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

FACILITY_TYPES = {"inpatient", "discharge_summary"}


def encounter(text: str, kind: str = "office_visit", **fields: Any) -> Json:
    """An encounter with one document; facility stays get the setting and dates that they need."""
    day = fields.get("date_of_service", "2026-05-04")
    inpatient = fields.get("setting", "inpatient_facility" if kind in FACILITY_TYPES else "professional") == "inpatient_facility"
    setting = {"setting": "inpatient_facility", "admit_date": day, "discharge_date": day} if inpatient else {"setting": "professional"}
    return {
        "id": "t",
        "type": kind,
        "date_of_service": day,
        "documents": [{"id": "note", "text": text}],
        **setting,
        **fields,
    }
