"""Documents of rules, any that the schema takes."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from infra24.resources.policies import DAYS, Rules

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
MINUTE = st.integers(0, 1439)


def wall(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@st.composite
def spans(draw: Any, *, latest: int = 1439) -> list[list[str]]:
    """Hours of a day, in order and apart; the last may end after midnight."""
    points = sorted(draw(st.lists(st.integers(0, latest), unique=True, max_size=8)))
    pairs = list(zip(points[::2], points[1::2], strict=False))
    if pairs and draw(st.booleans()):
        opens, _closes = pairs[-1]
        pairs[-1] = (opens, draw(st.integers(1440, opens + 1440)))
    return [[wall(opens), wall(closes)] for opens, closes in pairs]


def weeks() -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([str(day) for day in DAYS]), spans()).filter(
        lambda weekly: is_taken({"weekly": weekly})
    )


def is_taken(document: dict[str, Any]) -> bool:
    """Whether the schema takes it: hours that run into the next day's are drawn too."""
    try:
        Rules.model_validate(document)
    except ValueError:
        return False
    return True


@st.composite
def exceptions(draw: Any) -> list[dict[str, Any]]:
    on = draw(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
    found = []
    for length in draw(st.lists(st.integers(0, 20), max_size=4)):
        one = {"on": on.isoformat(), "hours": draw(spans()), "note": draw(TEXT)}
        if length:
            one["until"] = (on + timedelta(days=length - 1)).isoformat()
        found.append(one)
        on += timedelta(days=length + 1)
    return list(draw(st.permutations(found)))


@st.composite
def seasons(draw: Any) -> list[dict[str, Any]]:
    months = sorted(draw(st.lists(st.integers(1, 12), unique=True, max_size=4)))
    return [
        {
            "name": draw(TEXT.filter(bool)),
            "from": f"{month:02d}-{draw(st.integers(1, 10)):02d}",
            "until": f"{month:02d}-{draw(st.integers(10, 28)):02d}",
            "weekly": draw(weeks()),
        }
        for month in months
    ]


APPROVALS = st.one_of(
    st.sampled_from(["never", "always"]),
    st.fixed_dictionaries(
        {},
        optional={
            "roles": st.sets(st.sampled_from(["member", "instructor"]), min_size=1).map(sorted),
            "outside": weeks(),
        },
    ).filter(bool),
)
QUOTAS = st.one_of(
    st.fixed_dictionaries({"per": st.sampled_from(["day", "week", "month"]), "count": st.integers(1, 10_000)}),
    st.fixed_dictionaries(
        {"per": st.sampled_from(["day", "week", "month"]), "hours": st.integers(1, 2976).map(lambda n: n / 4)}
    ),
)
DOCUMENTS = st.fixed_dictionaries(
    {"schema": st.just(1)},
    optional={
        "weekly": weeks(),
        "seasons": seasons(),
        "exceptions": exceptions().filter(lambda dates: is_taken({"exceptions": dates})),
        "slot_minutes": st.integers(5, 1440),
        "shortest_minutes": st.integers(5, 100),
        "longest_minutes": st.integers(100, 44640),
        "buffer_before_minutes": st.integers(0, 1440),
        "buffer_after_minutes": st.integers(0, 1440),
        "notice_minutes": st.integers(0, 527040),
        "horizon_days": st.integers(0, 1830),
        "approval": APPROVALS,
        "pending_blocks": st.booleans(),
        "use": st.sampled_from(["exclusive", "shared"]),
        "quotas": st.lists(QUOTAS, max_size=3),
        "cancel_notice_minutes": st.integers(0, 527040),
        "check_in_before_minutes": st.integers(0, 1440),
        "check_in_after_minutes": st.integers(0, 1440),
        "no_show_weight": st.integers(1, 10),
        "no_show_notice": st.booleans(),
        "reminder_minutes": st.integers(5, 43200),
    },
)
