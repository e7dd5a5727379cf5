"""Durations as ISO 8601 writes them: P2D, PT6H, PT1M2.5S."""

import re
from decimal import Decimal

# The smallest unit that is there may have a fraction, so after one nothing may come.
_NUMBER = r"\d+(?:[.,]\d+(?=[A-Z]\Z))?"
_DATE = "".join(
    rf"(?:(?P<{unit}>{_NUMBER}){unit[0].upper()})?" for unit in ("years", "months", "weeks", "days")
)
_TIME = "".join(
    rf"(?:(?P<{unit}>{_NUMBER}){unit[0].upper()})?" for unit in ("hours", "minutes", "seconds")
)
_DURATION = re.compile(rf"(?P<sign>-?)P(?=\d|T\d){_DATE}(?:T(?=\d){_TIME})?", re.ASCII)
_LONGEST = 64
# Years and months have no fixed length; these are the lengths that .NET takes, as Azure does.
_SECONDS = {
    "years": 365 * 86400,
    "months": 30 * 86400,
    "weeks": 7 * 86400,
    "days": 86400,
    "hours": 3600,
    "minutes": 60,
    "seconds": 1,
}


def parse_duration(text: str) -> float:
    """Seconds; raises ValueError where the text is not an ISO 8601 duration."""
    match = _DURATION.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{text[:_LONGEST]!r} is not an ISO 8601 duration such as P2D or PT6H")
    total = sum(
        float((match[unit] or "0").replace(",", ".")) * seconds
        for unit, seconds in _SECONDS.items()
    )
    return -total if match["sign"] else total


def iso_duration(seconds: float) -> str:
    """The shortest form in days, hours, minutes and seconds: 42.0 is PT42S, 93784.5 P1DT2H3M4.5S.

    Seconds are given to 100 ns, as Azure gives them.
    """
    ticks = round(abs(seconds) * 10_000_000)
    whole, fraction = divmod(ticks, 10_000_000)
    minutes, whole = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    rest = Decimal(whole) + Decimal(fraction) / 10_000_000
    time = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M")) if value)
    if rest:
        time += f"{rest.normalize():f}S"
    date = f"{days}D" if days else ""
    if not date and not time:
        time = "0S"
    sign = "-" if seconds < 0 and ticks else ""
    return f"{sign}P{date}{'T' + time if time else ''}"
