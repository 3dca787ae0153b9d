"""The rules of claim editing, written down a second time: slow, literal and plain, to compare the fast engine with."""

from edit_oracle.claims import Finding
from edit_oracle.edit import edit
from edit_oracle.tables import Tables

__all__ = ["Finding", "Tables", "edit"]
