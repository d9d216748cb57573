"""Whether each of many bookings can become what was asked, beside all others and beside one another."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from infra24.bookings.errors import TimeRefused
from infra24.bookings.queries import owned_claims_on
from infra24.bookings.services.bulk.board import Board
from infra24.bookings.services.bulk.settling import settle
from infra24.bookings.services.bulk.wishes import Item, Outcome
from infra24.bookings.services.claims import reasons_against, rule_reasons
from infra24.bookings.services.refusing import LOOK_AHEAD, alternatives
from infra24.orgs.models import Member
from infra24.resources.policies import Asker, Claim

MOST_ADVISED = 60
"""Conflicts that are told other times; nobody reads through more, and finding them takes its time."""
MARGIN = timedelta(days=1)


def judge(items: Sequence[Item], *, by: Member, now: datetime) -> None:
    """Mark as conflicts those that rules or others are in the way of. One query at most.

    Old places of those who move are free, their new ones taken. Where not all
    can move, `settling` says who does.
    """
    asker = Asker(by.rank)
    drafted = [item for item in items if item.error is None and item.claimed]
    # What the rules alone refuse never moves, and so keeps its place like everybody who was not asked.
    by_rule = {item.booking_id for item in drafted if _rules_refuse(item, asker, now=now)}
    movers = [item for item in drafted if item.rows and item.booking_id not in by_rule]
    board = _board(items, movers, now=now)
    going = settle([item.booking_id for item in movers], fits=board.fits, in_the_way=board.in_the_way)
    staying = {item.booking_id for item in movers} - going
    refused = [item for item in drafted if item.booking_id in by_rule | staying]
    for place, item in enumerate(refused):
        claims = _claims(item, board, going, staying)
        _refuse(item, claims, asker, now=now, is_advised=place < MOST_ADVISED)


def _rules_refuse(item: Item, asker: Asker, *, now: datetime) -> bool:
    assert item.after is not None
    return bool(rule_reasons(item.claimed, item.after.starts_at, item.after.ends_at, now=now, asker=asker))


def _board(items: Sequence[Item], movers: Sequence[Item], *, now: datetime) -> Board:
    """With the claims on everything that is wanted, wide enough to offer other times."""
    wanting = [item for item in items if item.error is None and item.rows]
    if not wanting:
        return Board((), {})
    since = min(Board.reach_of(item)[0] for item in wanting) - MARGIN
    until = max(Board.reach_of(item)[1] for item in wanting) + LOOK_AHEAD + MARGIN
    resources = {each.resource.id: each.resource for item in wanting for each in item.claimed}
    org_id = wanting[0].booking.org_id if wanting[0].booking else None
    assert org_id is not None
    return Board(movers, owned_claims_on(org_id, resources.values(), since, until, now=now))


def _claims(item: Item, board: Board, going: set[UUID], staying: set[UUID]) -> dict[UUID, list[Claim]]:
    """What stands against an item in the end, and for a while afterwards: other times are looked for there."""
    if not item.rows or item.after is None:
        return {}
    since, until = item.after.starts_at, item.after.ends_at
    window = since - MARGIN, max(until, since + LOOK_AHEAD) + MARGIN
    return {
        each.resource.id: board.claims(each.resource, window, going, staying, besides=item.booking_id)
        for each in item.claimed
    }


def _refuse(item: Item, claims: Mapping[UUID, list[Claim]], asker: Asker, *, now: datetime, is_advised: bool) -> None:
    """Say every reason, as for a single booking, and when else it could be."""
    assert item.after is not None
    since, until = item.after.starts_at, item.after.ends_at
    reasons = reasons_against(item.claimed, claims, since, until, now=now, asker=asker)
    offers = alternatives(item.claimed, claims, since, until, now=now, asker=asker) if is_advised and claims else []
    detail = " ".join(reason.detail for reason in reasons)
    refusal = TimeRefused(detail, code=reasons[0].code, reasons=reasons, alternatives=offers)
    item.fails(Outcome.CONFLICT, refusal)
