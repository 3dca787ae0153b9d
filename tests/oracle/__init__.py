"""The rules of claim editing, written down a second time: slow, literal and plain, to compare the fast engine with."""

from oracle.claims import Finding
from oracle.edit import edit
from oracle.tables import Tables

__all__ = ["Finding", "Tables", "edit"]
