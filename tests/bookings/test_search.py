"""One question to the whole house: what fits, from when on, and why the rest does not."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from infra24.bookings.errors import EndsBeforeStart, UnknownFeature, WishTooNarrow
from infra24.bookings.search import Found, SearchWish, search
from infra24.core.errors import Infra24Error
from infra24.core.sorting import sort_key
from infra24.orgs.models import Member, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.resources.errors import WindowTooLong
from infra24.resources.models import Feature, Grant, Qualification, Resource, ResourceNeed
from infra24.resources.policies import Size, parse_wish
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FREE_OF_CHARGE = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config")
ZONE = "America/New_York"
MORNING = NOON.astimezone(ZoneInfo(ZONE)).replace(hour=9)
"""When the house opens, on NOON's day."""


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def feature(house: Organisation, key: str, kind: str, *, unit: str = "", choices: tuple[str, ...] = ()) -> Feature:
    with acting_for(house.pk):
        name = key.replace("_", " ").capitalize()
        return Feature.objects.create(
            org_id=house.pk,
            key=key,
            name=name,
            sort_key=sort_key(name),
            type=kind,
            unit=unit,
            choices=list(choices),
        )


def tell(resource: Resource, **values: Any) -> None:
    with acting_for(resource.org_id):
        Resource.objects.filter(pk=resource.pk).update(**values)


def look(viewer: Member, *, since: datetime = MORNING, window: timedelta = 2 * DAY, **more: Any) -> Found:
    wish = SearchWish(since=since, until=since + window, **{"length": HOUR, **more})
    with acting_for(viewer.org_id):
        return search(viewer, wish, zone=ZONE)


def fitting(found: Found) -> list[tuple[str, str]]:
    zone = ZoneInfo(ZONE)
    return [(fit.resource.name, f"{fit.offers[0].starts_at.astimezone(zone):%H:%M}") for fit in found.fits]


def reasons(found: Found) -> dict[str, list[str]]:
    return {miss.resource.name: [one.reason.code for one in miss.hindrances] for miss in found.misses}


def test_the_soonest_comes_first_then_the_tightest_then_by_name(cast: Cast) -> None:
    make.resource(cast.house, name="A hall", capacity=80)
    make.resource(cast.house, name="Nook", capacity=6)
    make.resource(cast.house, name="Yard")
    make.resource(cast.house, name="Garden")
    taken = make.resource(cast.house, name="Booth", capacity=2)
    make.booking(cast.alice, taken, starts_at=MORNING)

    assert fitting(look(cast.bob)) == [
        ("Nook", "09:00"),
        ("A hall", "09:00"),
        ("Garden", "09:00"),
        ("Yard", "09:00"),
        ("Booth", "10:00"),
    ]


def test_spaces_for_twelve_with_a_projector_for_three_hours_on_a_weekday_evening(cast: Cast) -> None:
    feature(cast.house, "projector", "flag")
    hall, cinema = make.resource(cast.house, name="Hall", capacity=40), make.resource(cast.house, name="Cinema")
    nook, shop = make.resource(cast.house, name="Nook", capacity=6), make.resource(cast.house, name="Shop", capacity=20)
    make.resource(cast.house, name="Beamer", kind="equipment")
    for room in (hall, cinema, nook):
        tell(room, features={"projector": True})
    tell(shop, features={"projector": False})
    for day in range(14):
        make.booking(cast.alice, cinema, starts_at=MORNING.replace(hour=19) + day * DAY)

    found = look(
        cast.bob,
        window=14 * DAY,
        kind="space",
        size=Size(people=12),
        features=[parse_wish("projector")],
        length=3 * HOUR,
        hours=(18 * 60, 21 * 60),
    )

    assert fitting(found) == [("Hall", "18:00")]
    assert reasons(found) == {"Cinema": ["slot_taken"], "Nook": ["over_capacity"], "Shop": ["feature_missing"]}
    (miss, _nook, shop_miss) = found.misses
    assert miss.hindrances[0].times == 14
    assert shop_miss.hindrances[0].reason.detail == "Shop has no “Projector”."


def test_features_are_compared_as_their_type_allows(cast: Cast) -> None:
    feature(cast.house, "heat", "number", unit="°C")
    feature(cast.house, "floor", "choice", choices=("Ground", "First"))
    low, high = make.resource(cast.house, name="Low"), make.resource(cast.house, name="High")
    tell(low, features={"heat": 1100, "floor": "Ground"})
    tell(high, features={"heat": 1300, "floor": "First"})

    found = look(cast.bob, features=[parse_wish("heat>=1200"), parse_wish("floor=first")])

    assert fitting(found) == [("High", "09:00")]
    ((heat, floor),) = [miss.hindrances for miss in found.misses]
    assert heat.reason.detail == "Of Low, “Heat” is 1100 °C."
    assert heat.reason.source == {"feature": "heat", "wanted": "heat>=1200", "value": 1100}
    assert floor.reason.detail == "Of Low, “Floor” is Ground."


def test_offers_of_one_resource_do_not_overlap_and_say_whether_staff_must_agree(cast: Cast) -> None:
    evenings = {"outside": {day: [["09:00", "11:00"]] for day in make.resources.DAYS}}
    make.resource(cast.house, rules={**make.open_week(), "approval": evenings})

    def offered(viewer: Member) -> list[tuple[datetime, bool]]:
        return [(one.starts_at, one.needs_approval) for one in look(viewer).fits[0].offers]

    hours = [MORNING + step * HOUR for step in range(3)]
    assert offered(cast.bob) == list(zip(hours, [False, False, True], strict=True))
    assert offered(cast.alice) == list(zip(hours, [False, False, False], strict=True))


def test_what_binds_members_does_not_bind_staff(cast: Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    make.resource(cast.house, name="Later", rules={"notice_minutes": 30 * 1440})
    make.resource(cast.house, name="Sooner", rules={"horizon_days": 0})
    closed = make.resource(cast.house, name="Shop")
    tell(closed, bookable_by="staff")
    nobody = make.resource(cast.house, name="Store")
    tell(nobody, bookable_by="nobody")
    hidden = make.resource(cast.house, name="Vault")
    tell(hidden, visible_to="staff")
    used = make.resource(cast.house, name="Wheel", rules={"quotas": [{"per": "month", "count": 1}]})
    make.person(cast.house, member=cast.bob)
    make.booking(cast.bob, used, starts_at=MORNING)
    with acting_for(cast.house.pk):
        induction = Qualification.objects.create(org_id=cast.house.pk, name="Kiln", sort_key="kiln")
        ResourceNeed.objects.create(org_id=cast.house.pk, resource=kiln, qualification=induction)

    within_the_month: dict[str, Any] = {"since": MORNING + HOUR, "window": timedelta(hours=6)}
    of_bob, of_alice = look(cast.bob, **within_the_month), look(cast.alice, **within_the_month)

    assert reasons(of_bob) == {
        "Kiln": ["qualification_needed"],
        "Later": ["too_soon"],
        "Shop": ["not_allowed"],
        "Sooner": ["too_far"],
        "Store": ["not_bookable"],
        "Wheel": ["quota_used"],
    }
    assert [name for name, _ in fitting(of_alice)] == ["Kiln", "Later", "Shop", "Sooner", "Vault", "Wheel"]
    assert reasons(of_alice) == {"Store": ["not_bookable"]}


def test_a_qualification_counts_while_it_holds(cast: Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    bob = make.person(cast.house, member=cast.bob)
    with acting_for(cast.house.pk):
        induction = Qualification.objects.create(org_id=cast.house.pk, name="Kiln", sort_key="kiln")
        ResourceNeed.objects.create(org_id=cast.house.pk, resource=kiln, qualification=induction)
        Grant.objects.create(
            org_id=cast.house.pk,
            qualification=induction,
            person=bob,
            granted_on=date(2020, 1, 1),
            lapses_on=MORNING.date(),
        )

    assert fitting(look(cast.bob)) == [("Kiln", "09:00")]
    assert reasons(look(cast.bob, since=MORNING + DAY)) == {"Kiln": ["qualification_needed"]}


def test_what_is_shared_is_no_members_to_have_alone(cast: Cast) -> None:
    make.resource(cast.house, name="Wheels", units=6)

    assert fitting(look(cast.bob, size=Size(units=6))) == [("Wheels", "09:00")]
    assert reasons(look(cast.bob, size=Size(units=7))) == {"Wheels": ["units_taken"]}
    assert reasons(look(cast.bob, size=Size(is_exclusive=True))) == {"Wheels": ["not_allowed"]}
    assert fitting(look(cast.alice, size=Size(is_exclusive=True))) == [("Wheels", "09:00")]


def test_a_whole_is_taken_by_its_parts(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    half = make.resource(cast.house, name="North half", part_of=hall)
    make.resource(cast.house, name="South half", part_of=hall)
    make.booking(cast.alice, half, starts_at=MORNING)

    assert fitting(look(cast.bob)) == [("South half", "09:00"), ("Hall", "10:00"), ("North half", "10:00")]


@pytest.mark.parametrize(
    ("wish", "refusal", "field"),
    [
        ({"until": NOON - DAY}, EndsBeforeStart, "end"),
        ({"until": NOON + 63 * DAY}, WindowTooLong, "end"),
        ({"until": NOON + DAY, "hours": (1080, 1140), "length": 2 * HOUR}, WishTooNarrow, "length"),
        ({"until": NOON + HOUR, "hours": (0, 60)}, WishTooNarrow, "length"),
        ({"features": [parse_wish("heat")]}, UnknownFeature, "feature.0"),
        ({"features": [parse_wish("lift"), parse_wish("lift>=2")]}, UnknownFeature, "feature.1"),
    ],
)
def test_nonsense_is_refused_by_field(
    cast: Cast, wish: dict[str, Any], refusal: type[Infra24Error], field: str
) -> None:
    feature(cast.house, "lift", "flag")

    with pytest.raises(refusal) as caught, acting_for(cast.house.pk):
        search(cast.bob, SearchWish(since=NOON, **wish), zone=ZONE)

    assert list(caught.value.fields) == [field]


def test_a_large_house_takes_as_many_queries_as_a_small_one(cast: Cast) -> None:
    feature(cast.house, "lift", "flag")
    make.person(cast.house, member=cast.bob)
    with acting_for(cast.house.pk):
        induction = Qualification.objects.create(org_id=cast.house.pk, name="Kiln", sort_key="kiln")

    def furnish() -> None:
        room = make.resource(cast.house, rules={**make.open_week(), "quotas": [{"per": "week", "count": 9}]})
        make.booking(cast.alice, room, starts_at=MORNING)
        lacking = make.resource(cast.house)
        tell(room, features={"lift": True})
        with acting_for(cast.house.pk):
            ResourceNeed.objects.create(org_id=cast.house.pk, resource=lacking, qualification=induction)

    def queries() -> int:
        with CaptureQueriesContext(connection) as sent:
            look(cast.bob, features=[parse_wish("lift")])
        return sum(not one["sql"].startswith(FREE_OF_CHARGE) for one in sent.captured_queries)

    furnish()
    of_two = queries()
    for _ in range(14):
        furnish()

    assert queries() == of_two
    assert of_two <= 9


# --- The API -------------------------------------------------------------------------


def ask(viewer: Member, query: dict[str, Any] | None = None, *, status: int = 200) -> Any:
    headers = {"Authorization": f"Bearer {make.token(viewer)}"}
    answer = Client().get(f"/api/search?{urlencode(query or {}, doseq=True)}", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_searching_through_the_api(cast: Cast) -> None:
    hall, nook = make.resource(cast.house, name="Hall", capacity=40), make.resource(cast.house, name="Nook", capacity=2)

    query = {
        "kind": "space",
        "people": 12,
        "length": "PT3H",
        "start": MORNING.isoformat(),
        "end": (MORNING + DAY).isoformat(),
        "days": ["weekdays", "weekends"],
        "from": "18:00",
        "until": "21:00",
        "offers": 1,
    }
    found = ask(cast.bob, query)

    start = MORNING.replace(hour=18)
    about = {"kind": "space", "units": 1, "time_zone": ZONE}
    assert found["time_zone"] == ZONE
    assert found["fitting"] == [
        {
            "resource_id": str(hall.pk),
            "name": "Hall",
            "capacity": 40,
            **about,
            "offers": [{"start": utc(start), "end": utc(start + 3 * HOUR), "approval": False}],
        }
    ]
    assert found["others"] == [
        {
            "resource_id": str(nook.pk),
            "name": "Nook",
            "capacity": 2,
            **about,
            "reasons": [
                {
                    "code": "over_capacity",
                    "detail": "Nook has room for 2.",
                    "resource_id": str(nook.pk),
                    "source": {},
                    "cure": "Choose a larger space or a smaller party.",
                    "start": None,
                    "end": None,
                    "times": 0,
                }
            ],
        }
    ]


def utc(at: datetime) -> str:
    return at.astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"people": 0}, "people"),
        ({"days": ["mon", "someday"]}, "days.1"),
        ({"from": "6pm"}, "from"),
        ({"feature": ["lift", "lift>1"]}, "feature.1"),
        ({"feature": ["lift", "heat"]}, "feature.1"),
        ({"length": "three hours"}, "length"),
        ({"start": "2026-12-01"}, "start"),
        ({"kind": "kiln"}, "kind"),
        ({"offers": 11}, "offers"),
    ],
)
def test_nonsense_is_told_by_field(cast: Cast, query: dict[str, Any], field: str) -> None:
    feature(cast.house, "lift", "flag")

    assert field in ask(cast.bob, query, status=422)["fields"]


def test_others_find_nothing_of_the_house(cast: Cast) -> None:
    make.resource(cast.house)

    found = ask(cast.charlie)

    assert (found["fitting"], found["others"]) == ([], [])
    assert Client().get("/api/search").status_code == 401
