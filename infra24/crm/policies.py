"""What is sent to a CRM, and who there is the same person. No network, no database."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

import msgspec


@dataclass(frozen=True)
class PersonCard:
    """A person as a CRM knows people. Both names are filled."""

    id: UUID
    first_name: str
    last_name: str
    email: str
    phone: str


@dataclass(frozen=True)
class ActivityCard:
    """A booking as a CRM knows what somebody did. `on` is the day in the organisation's zone."""

    booking_id: UUID
    on: date
    subject: str
    note: str
    is_inbound: bool
    """The person acted, not the staff."""

    @property
    def digest(self) -> str:
        """Changes whenever something that would be sent does."""
        return hashlib.sha256(msgspec.json.encode(asdict(self))).hexdigest()


def split_name(name: str) -> tuple[str, str] | None:
    """First and last name: the last word is the last name. None when there is only one word."""
    words = name.split()
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else None


def is_same_person(card: PersonCard, *, first_name: str, last_name: str, email: str) -> bool:
    """True for the same address and last name, unless the first names tell two people apart.

    Families share addresses, and a wrong merge is worse than a duplicate: so
    “Rob” may be “Robert”, “R.” may be too, but “Ana” is not “Robert”.
    """
    if not card.email or _folded(email) != _folded(card.email) or _folded(last_name) != _folded(card.last_name):
        return False
    ours, theirs = _first_word(card.first_name), _first_word(first_name)
    return not theirs or ours.startswith(theirs) or theirs.startswith(ours)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _first_word(name: str) -> str:
    return next(iter(_folded(name).split()), "").rstrip(".")
