"""Which release of a package is meant, and how its publisher names it."""

from __future__ import annotations

import datetime

from superbill.fetch.errors import RequestError
from superbill.fetch.feeds import Package, Where

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def candidates(package: Package, asked: datetime.date | None, today: datetime.date) -> list[datetime.date]:
    """First days of the releases to try, best first; none for a package that has no releases.

    A first day asks for that release alone. Another day asks for the release in force then: an update, or where there was none the release
    before. Without a day it is the release in force today, and the one before where the publisher does not have it yet.
    """
    on = asked or today
    regular = _days(package.starts, on)
    days = sorted(regular + _days(package.updates, on), reverse=True)
    if not days or asked == days[0]:
        return days[:1]
    last = next((day for day in days if day in regular and (asked or day != days[0])), days[-1])
    return [day for day in days if day >= last]


def _days(starts: tuple[str, ...], on: datetime.date) -> list[datetime.date]:
    """The first days until a day, of its year and the two before."""
    days = [datetime.date.fromisoformat(f"{year}-{start}") for year in range(on.year - 2, on.year + 1) for start in starts]
    return [day for day in days if day <= on]


def where(package: Package, day: datetime.date | None) -> Where:
    """Where the files of the release that starts on a day are."""
    if package.update is not None and day is not None and day.strftime("%m-%d") in package.updates:
        return package.update
    return package


def fields(package: Package, day: datetime.date | None) -> dict[str, str]:
    """What the templates of a package may say of a release.

    `year` is the year that names it, `yy` its last two digits, `Month`, `month` and `MON` the month of its first day, `quarter` 1 to 4,
    `letter` a to d, `ncci` the version of NCCI (323: fourth quarter of its 32nd year), `drg` the version of MS-DRG (44: fiscal year 2027),
    `day` and `mmddyyyy` its first day.
    """
    if day is None:
        return {}
    named = day.year + (package.years == "fiscal" and day.month >= 10)
    month, quarter = MONTHS[day.month - 1], (day.month + 2) // 3
    return {
        "year": f"{named}",
        "yy": f"{named % 100:02}",
        "Month": month,
        "month": month.lower(),
        "MON": month[:3].upper(),
        "quarter": f"{quarter}",
        "letter": "abcd"[quarter - 1],
        "ncci": f"{day.year - 1994}{quarter - 1}",
        "drg": f"{named - 1983}",
        "day": day.isoformat(),
        "mmddyyyy": day.strftime("%m%d%Y"),
    }


def asked_day(text: str) -> datetime.date | None:
    """`newest` as None, or a day.

    Raises:
        RequestError: it is neither.
    """
    if text == "newest":
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"release {text!r}: expected YYYY-MM-DD or newest") from None
