"""What is read out of a calendar, whatever it was written as."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

MOST_EVENTS = 20_000
"""Events of a file, and occurrences of all of them together."""
LONGEST_UID = 255


@dataclass(frozen=True)
class Reading:
    """How to read: the zone of times that name none, and the window whose occurrences are wanted."""

    zone: str
    since: datetime
    until: datetime
    most: int = MOST_EVENTS


@dataclass(frozen=True)
class Occurrence:
    """One thing that happens once. Instants are aware, in UTC; the slot is half-open."""

    uid: str
    recurrence: str
    """Which of a series, by when it was first meant to be; empty for what happens once."""
    line: int
    """Where in the file it is written, counted from 1."""
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str = ""
    """IANA zone in which the times were written; empty where the file names none we know."""
    place: str = ""
    """What the file calls the resource."""
    note: str = ""
    email: str = ""
    """Of the person it is for."""
    party_size: int = 1
    is_cancelled: bool = False
    is_public: bool = False
    """Said to be for everybody's eyes. What says nothing is not."""
    is_free: bool = False
    """It stands in the calendar and takes no time."""

    @property
    def key(self) -> tuple[str, str]:
        return self.uid, self.recurrence

    def digest(self, resource: str) -> str:
        """Another one whenever the file says something else, or it goes to another resource."""
        said = [
            self.title,
            self.starts_at.isoformat(),
            self.ends_at.isoformat(),
            self.note,
            self.email,
            self.party_size,
            self.is_cancelled,
            self.is_public,
            resource,
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True)
class Fault:
    """What could not be read, by line and, in a table, by column."""

    line: int
    detail: str
    column: str = ""


@dataclass
class CalendarRead:
    """A file, read."""

    name: str = ""
    """What it calls itself."""
    occurrences: list[Occurrence] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    """Of everything that could be read, whether or not anything of it lies in the window."""
    dates: str = ""
    """How a table's days were read where that was a choice: `day_first` or `month_first`."""

    @property
    def places(self) -> dict[str, int]:
        """What the file calls resources, each with the number of occurrences there; the commonest first."""
        counted: dict[str, int] = {}
        for occurrence in self.occurrences:
            counted[occurrence.place] = counted.get(occurrence.place, 0) + 1
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def shortened(text: str, most: int) -> str:
    """Text without NUL and without what is too much of it."""
    text = text.replace("\0", "").strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def short_uid(uid: str) -> str:
    """A UID that fits its column; the rare longer one by its digest."""
    uid = uid.replace("\0", "")
    return uid if len(uid) <= LONGEST_UID else hashlib.sha256(uid.encode()).hexdigest()
