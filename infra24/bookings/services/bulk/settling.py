"""Which of many bookings move when not all can. Pure: no Django, no database.

Every booking has an old place and wants a new one. Whoever moves frees the old
place and takes the new one; whoever stays keeps the old one. So two may swap,
and a whole week may be shifted onto itself. The first asked goes first:

1. When all can move together, all do.
2. Otherwise, in the order asked, each that does not move yet is tried together
   with its party: those whose old places are in its way, those in theirs, and
   so on. The party moves when each of it fits beside those who move already,
   the others of the party, and the old places of all the rest.
3. Whoever does not fit even beside those alone who move or stay for certain, is
   stuck: it stays for certain as well, and so does whoever wanted its place.
4. This is repeated until nobody is added. Once is enough where things are had
   by one at a time; where units are shared out, a later move may make room.

Where things are had by one at a time, the answer is the best there is by the
order asked: no choice that can stand moves the first it differs in and this
one leaves.
"""

from collections.abc import Callable, Hashable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Fits = Callable[[Key, AbstractSet[Key], AbstractSet[Key]], bool]
InTheWay = Callable[[Key], AbstractSet[Key]]


def settle(asked: Sequence[Key], *, fits: Fits[Key], in_the_way: InTheWay[Key]) -> set[Key]:
    """Those of the asked who move.

    `fits(one, going, staying)` says whether one has its new place when those
    going, of which it is one, have theirs, those staying keep their old ones,
    and the others of the asked have none. `in_the_way(one)` names those of the
    asked whose old place touches what one wants.
    """
    everybody = set(asked)
    if all(fits(one, everybody, frozenset()) for one in asked):
        return everybody
    table = _Table(everybody, {one: place for place, one in enumerate(asked)}, fits, in_the_way)
    grows = True
    while grows:
        parties = [table.let_go(one) for one in asked]
        grows = any(parties)
    return table.going


@dataclass
class _Table(Generic[Key]):
    everybody: set[Key]
    order: dict[Key, int]
    fits: Fits[Key]
    in_the_way: InTheWay[Key]
    going: set[Key] = field(default_factory=set)
    stuck: set[Key] = field(default_factory=set)

    def let_go(self, one: Key) -> bool:
        """Let one move with its party, if it does not yet and they can."""
        if one in self.going:
            return False
        party: set[Key] | None = None
        # A party that somebody turned out to be stuck in is gathered again without them: nobody goes along for nothing.
        while party is None and one not in self.stuck:
            party = self._gathered(one)
        self.going |= party or set()
        return bool(party)

    def _gathered(self, first: Key) -> set[Key] | None:
        """First with everybody who has to make room; nobody when that cannot be, None when more are stuck by now."""
        party, waiting, stuck_before = {first}, [first], len(self.stuck)
        while waiting:
            one = waiting[-1]
            if self.fits(one, self.going | party, self.everybody - self.going - party):
                # Whoever joins later is looked at beside this one, so that each two of them are.
                waiting.pop()
                continue
            if more := self.in_the_way(one) - self.going - party - self.stuck:
                party |= more
                waiting += sorted(more, key=self.order.__getitem__)
            elif self.fits(one, self.going | {one}, self.stuck):
                party = set()  # they are in one another's way
                break
            else:
                self.stuck.add(one)
                party.discard(one)
                waiting.pop()
        return party if len(self.stuck) == stuck_before else None
