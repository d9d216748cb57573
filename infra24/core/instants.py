"""Instants as they come over the wire."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ValidationInfo

from infra24.core.days import FIRST_DAY, LAST_DAY
from infra24.core.errors import Invalid

FIRST_YEAR, LAST_YEAR = 1970, 2199
_SHAPE = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$", re.ASCII)


class TimeOutOfRange(Invalid):
    """Times lie between the years 1970 and 2200."""


def _written_out(value: Any) -> Any:
    """Pydantic alone would read a number as seconds since 1970."""
    if isinstance(value, str | int | float) and not (isinstance(value, str) and _SHAPE.match(value)):
        raise ValueError(_("Write day, time and offset, as in 2026-12-01T10:00:00-05:00."))
    return value


def _within_reason(value: datetime, info: ValidationInfo) -> datetime:
    """Far enough from the first and the last year there is that a day more or less is no matter.

    In UTC: the offset has said what it had to say, and PostgreSQL knows fewer offsets than Python.
    """
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise TimeOutOfRange(fields={info.field_name or "": _(TimeOutOfRange().title)})
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_reason)]
"""An aware datetime from RFC 3339 text: 2026-12-01T10:00:00-05:00. Between 1970 and 2200, in UTC."""


def _a_day(value: Any) -> Any:
    """Pydantic alone would read a number as seconds since 1970, and midnight as a day."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.match(value)):
        raise ValueError(_("Write year, month and day, as in 2026-12-01."))
    return value


def _known_day(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError(_("Choose a day between the years 2000 and 2099."))
    return value


Day = Annotated[date, BeforeValidator(_a_day), AfterValidator(_known_day)]
"""A date from text: 2026-12-01. Between 2000 and 2099."""
