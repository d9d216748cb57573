"""Who of many moves when not all can: against every choice there is."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from infra24.bookings.services.bulk.settling import settle

Place = tuple[int, int, int]
"""A room, and the hours from and until, half-open."""


@dataclass(frozen=True)
class World:
    """Old and new place of each, by number; and what others have, who do not move."""

    old: tuple[Place, ...]
    new: tuple[Place, ...]
    others: tuple[Place, ...]
    units: int = 1

    @property
    def asked(self) -> list[int]:
        return list(range(len(self.old)))

    def fits(self, one: int, going: AbstractSet[int], staying: AbstractSet[int]) -> bool:
        """Whether at every hour it wants there is a unit left."""
        taken = [self.new[each] for each in going if each != one]
        taken += [self.old[each] for each in staying if each != one]
        taken += self.others
        room, since, until = self.new[one]
        return all(
            sum(place[0] == room and place[1] <= hour < place[2] for place in taken) < self.units
            for hour in range(since, until)
        )

    def in_the_way(self, one: int) -> set[int]:
        return {each for each in self.asked if each != one and meet(self.old[each], self.new[one])}

    def stands(self, going: AbstractSet[int]) -> bool:
        staying = set(self.asked) - going
        return all(self.fits(one, going, staying) for one in going)

    def settled(self) -> set[int]:
        return settle(self.asked, fits=self.fits, in_the_way=self.in_the_way)


def meet(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def choices(asked: list[int]) -> Iterator[set[int]]:
    return map(set, chain.from_iterable(combinations(asked, number) for number in range(len(asked) + 1)))


def in_order(asked: list[int], going: AbstractSet[int]) -> tuple[bool, ...]:
    """To compare choices by: the first that moves in one and not in the other decides."""
    return tuple(one in going for one in asked)


@st.composite
def worlds(draw: st.DrawFn, *, units: int = 1, most: int = 7) -> World:
    """Nobody is double-booked to begin with."""
    place = st.builds(
        lambda room, since, length: (room, since, since + length),
        st.integers(0, 1),
        st.integers(0, 9),
        st.integers(1, 3),
    )
    standing: list[Place] = []
    for wanted in draw(st.lists(place, min_size=1, max_size=most * units + 2)):
        load = max(
            sum(each[0] == wanted[0] and each[1] <= hour < each[2] for each in standing) for hour in range(*wanted[1:])
        )
        if load < units:
            standing.append(wanted)
    standing = draw(st.permutations(standing))
    old = tuple(standing[:most])
    by_one_offset = draw(st.booleans())
    if by_one_offset:
        offset = draw(st.integers(-4, 4).filter(bool))
        new = tuple((room, since + offset, until + offset) for room, since, until in old)
    else:
        new = tuple(draw(st.lists(place, min_size=len(old), max_size=len(old))))
    return World(old, new, tuple(standing[most:]), units)


@given(world=worlds())
def test_the_answer_is_the_best_of_all_choices_by_the_order_asked(world: World) -> None:
    standing = [going for going in choices(world.asked) if world.stands(going)]

    best = max(standing, key=lambda going: in_order(world.asked, going))

    assert world.settled() == best


@given(world=worlds(units=2))
def test_where_units_are_shared_the_answer_stands_and_leaves_nobody_who_could_still_move(world: World) -> None:
    going = world.settled()

    assert world.stands(going)
    for one in set(world.asked) - going:
        assert not world.stands(going | {one})


@given(world=worlds(units=2))
def test_where_units_are_shared_all_move_whenever_all_can(world: World) -> None:
    everybody = set(world.asked)

    assert (world.settled() == everybody) == world.stands(everybody)


def test_two_swap_and_a_row_shifts_onto_itself() -> None:
    swap = World(old=((0, 0, 1), (0, 1, 2)), new=((0, 1, 2), (0, 0, 1)), others=())
    row = World(
        old=tuple((0, hour, hour + 1) for hour in range(50)),
        new=tuple((0, hour + 1, hour + 2) for hour in range(50)),
        others=(),
    )

    assert swap.settled() == {0, 1}
    assert row.settled() == set(range(50))


def test_when_the_last_of_a_row_cannot_move_nobody_behind_it_can() -> None:
    row = World(
        old=tuple((0, hour, hour + 1) for hour in range(200)),
        new=tuple((0, hour + 1, hour + 2) for hour in range(200)),
        others=((0, 200, 201),),
    )

    assert row.settled() == set()


def test_of_two_who_want_one_place_the_first_asked_gets_it_though_another_has_to_make_room() -> None:
    """The first wants the third's place; the second and the third want the same one."""
    world = World(
        old=((0, 0, 1), (0, 1, 2), (0, 2, 3)),
        new=((0, 2, 3), (0, 5, 6), (0, 5, 6)),
        others=(),
    )

    assert world.settled() == {0, 2}
