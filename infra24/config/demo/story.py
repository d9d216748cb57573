"""The words in which the demo's organisations are written."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

from infra24.config.demo.lively import Lively, Use
from infra24.orgs.policies import Role
from infra24.resources.policies import DAYS, Rules, Season
from infra24.resources.policies.document import Day

ROUND = 8
"""Weeks after which the programme repeats, so that a demo kept for months never runs dry."""
EVERY_WEEK = range(ROUND)


@dataclass(frozen=True)
class Thing:
    """A resource. `part_of` is a slug, `person` somebody's name, `rules` what holds for it alone."""

    slug: str
    name: str
    kind: Literal["space", "equipment", "person", "other"] = "space"
    location: str = ""
    about: str = ""
    capacity: int | None = None
    units: int = 1
    features: Mapping[str, Any] = field(default_factory=dict)
    part_of: str = ""
    person: str = ""
    rules: Rules | None = None
    needs: tuple[str, ...] = ()
    """Names of the qualifications without which members do not book it."""
    bookable_by: Literal["member", "instructor", "staff"] = "member"
    group: str = ""


@dataclass(frozen=True)
class Word:
    """A feature of the house's vocabulary. Without a unit or choices it is a yes or no."""

    key: str
    name: str
    unit: str = ""
    """Of a number."""
    is_number: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Induction:
    """A qualification, and who of the house's people was shown."""

    name: str
    about: str
    months: int | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shut:
    """A closure by whole days: every year from MM-DD to MM-DD, or `in_days` from today for `days`."""

    title: str
    first: str = ""
    last: str = ""
    in_days: int = 0
    day: Day | Literal[""] = ""
    """The first such day from then on."""
    days: int = 1
    thing: str = ""
    """A slug; empty: the whole house."""


@dataclass(frozen=True)
class Stay:
    """Somebody works in a space, from so many weeks ago until so many ahead; None: for good."""

    person: str
    space: str
    weeks_ago: int
    weeks_ahead: int | None


@dataclass(frozen=True)
class Course:
    """The same hour every week, booked for the season. Its title is no secret."""

    title: str
    day: Day
    at: str
    hours: float
    uses: tuple[Use, ...]
    people: int
    weeks: range = EVERY_WEEK


@dataclass(frozen=True)
class Occasion:
    """Once in a round: an opening, an installation, a residency. `days` repeats it on the days that follow."""

    title: str
    week: int
    """0 to 7."""
    day: Day
    at: str
    hours: float
    uses: tuple[Use, ...]
    people: int = 1
    days: int = 1
    cancelled: str = ""
    """Why it did not come to pass."""
    note: str = ""


@dataclass(frozen=True)
class Habit:
    """What people come for by themselves, about `a_week` times a week where there is room."""

    uses: tuple[Use, ...]
    titles: tuple[str, ...]
    _: KW_ONLY
    a_week: int
    hours: tuple[float, ...]
    between: tuple[int, int] = (0, 24)
    """The hours of the day in which it may begin."""
    people: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Fresh:
    """One booking made as people make them, at the very start: its facts go to the mail and the CRM.

    `after_days` is the earliest day from today; the first free day from there is taken.
    """

    title: str
    uses: tuple[Use, ...]
    after_days: int
    at: str
    hours: float
    by: Role = Role.STAFF
    whose: str = ""
    """Somebody's name; empty for those who book for themselves."""
    people: int = 1
    asked: str | None = None
    """`hold`, or None for what the rules lead to."""
    against: str = ""
    """The title of an earlier one for the same time, which it competes with."""
    then: Literal["", "confirm", "decline", "cancel"] = ""
    reason: str = ""


@dataclass(frozen=True)
class House:
    """An organisation, its people, its things and its programme."""

    slug: str
    name: str
    time_zone: str
    locale: str
    mail_address: str
    theme: Mapping[str, Any]
    team: Mapping[Role, str]
    """Who signs in. The names are among `people`."""
    people: tuple[str, ...]
    hours: Rules
    """What holds for the whole house."""
    of_kind: Mapping[str, Rules]
    things: tuple[Thing, ...]
    courses: tuple[Course, ...]
    occasions: tuple[Occasion, ...]
    habits: tuple[Habit, ...]
    fresh: tuple[Fresh, ...]
    cancelled_because: tuple[str, ...]
    declined_because: tuple[str, ...]
    area_code: str = "305"
    vocabulary: tuple[Word, ...] = ()
    inductions: tuple[Induction, ...] = ()
    closures: tuple[Shut, ...] = ()
    stays: tuple[Stay, ...] = ()
    lively: Lively = field(default_factory=Lively)


def week(*spans: str) -> dict[Day, list[tuple[str, str]]]:
    """Weekly hours from lines such as `tue-fri 10:00-18:00`; days that no line names are closed."""
    weekly: dict[Day, list[tuple[str, str]]] = {day: [] for day in DAYS}
    for line in spans:
        days, hours = line.split()
        first, _, last = days.partition("-")
        opens, closes = hours.split("-")
        for day in DAYS[_place(first) : _place(last or first) + 1]:
            weekly[day].append((opens, closes))
    return weekly


def season(name: str, first: str, last: str, weekly: dict[Day, list[tuple[str, str]]]) -> Season:
    """Other hours from MM-DD to MM-DD of every year."""
    return Season.model_validate({"name": name, "from": first, "until": last, "weekly": weekly})


def _place(day: str) -> int:
    return [str(known) for known in DAYS].index(day)


ALWAYS = week("mon-sun 00:00-24:00")
