"""What can go wrong when files are fetched."""

from __future__ import annotations

from superbill._core import SuperbillError


class FetchError(SuperbillError):
    """A file cannot be fetched, or what is there is not what was fetched."""


class RequestError(FetchError):
    """What was asked for cannot be done as it was asked; nothing was requested from any publisher."""


class LicenceError(RequestError):
    """A licence was not accepted, so nothing was requested."""


class NotThere(FetchError):
    """The publisher has no such page or file."""
