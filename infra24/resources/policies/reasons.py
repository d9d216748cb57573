"""Why one resource cannot be had for one window: every reason at once, with its cure.

The horizon includes the whole local day N; notice counts elapsed time; lengths
are elapsed minutes. Each reason names the rule or row it comes from.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from infra24.core.errors import Reason
from infra24.core.wording import Hours, Sentence, said
from infra24.orgs.policies import Role
from infra24.resources.policies.bookable import STAFF, Asker, Bookable, Claim
from infra24.resources.policies.freedom import ONE, Size, horizon_end, is_shared, lacks_room, lacks_units, loads
from infra24.resources.policies.hours import Opening, Span, closed_spans, merged, openings, without
from infra24.resources.policies.quotas import UsedUp, used_up
from infra24.resources.policies.rules import Effective


def explain(
    resource: Bookable,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    size: Size = ONE,
    asker: Asker = STAFF,
) -> list[Reason]:
    """Every reason why this resource cannot be booked for exactly this window; empty when it can."""
    rules = resource.rules_at(since)
    return [
        *access_reasons(resource, asker, since),
        *_length_reasons(resource, rules, until - since),
        *hours_reasons(resource, (since, until), role=asker.role),
        *([] if asker.is_staff else _ahead_reasons(resource, rules, since, now)),
        *taken_reasons(resource, claims, since, until, size=size),
        *([] if asker.is_staff else _quota_reasons(resource, rules, asker, since, until)),
    ]


def access_reasons(resource: Bookable, asker: Asker, at: datetime) -> Iterator[Reason]:
    """Reasons that lie in who asks: nobody may book it, the role is too low, a qualification is missing that day."""
    if resource.bookable_by == "nobody":
        yield _reason(
            resource, "not_bookable", said("%(name)s cannot be booked.", name=resource.name), said("Choose another.")
        )
        return
    if not asker.role.includes(Role(resource.bookable_by)):
        yield _reason(
            resource,
            "not_allowed",
            said("%(name)s is not for members to book.", name=resource.name)
            if resource.bookable_by == Role.STAFF
            else said("%(name)s is for instructors and staff to book.", name=resource.name),
            said("Ask staff to book it for you."),
            {"field": "bookable_by"},
        )
    if asker.is_staff:
        return
    on = resource.day_of(at)
    for need in resource.needs:
        source = {"qualification_id": str(need.qualification_id)}
        if need.qualification_id not in asker.holds:
            detail = said("%(name)s needs the qualification “%(needed)s”.", name=resource.name, needed=need.name)
            yield _reason(resource, "qualification_needed", detail, said("Ask staff for an induction."), source)
            continue
        last = asker.holds[need.qualification_id]
        if last is not None and last < on:
            detail = said("Your qualification “%(needed)s” lapses on %(day)s.", needed=need.name, day=last)
            yield _reason(resource, "qualification_needed", detail, said("Ask staff to renew it."), source)


def _length_reasons(resource: Bookable, rules: Effective, length: timedelta) -> Iterator[Reason]:
    if length < rules.shortest:
        detail = said("The shortest booking is %(length)s.", length=rules.shortest)
        yield _reason(resource, "too_short", detail, said("Choose a later end."), rules.source_of("shortest"))
    if length > rules.longest:
        detail = said("The longest booking is %(length)s.", length=rules.longest)
        yield _reason(resource, "too_long", detail, said("Choose an earlier end."), rules.source_of("longest"))


def hours_reasons(resource: Bookable, window: Span, *, grid: bool = True, role: Role = Role.STAFF) -> Iterator[Reason]:
    """Outside opening hours, within a closure or, where the `grid` matters, beside it. To be told to a `role`."""
    since, until = window
    rules = resource.rules_at(since)
    opened = openings(resource, since, until)
    outside = without([(since, until)], merged((o.since, o.until) for o in opened))
    if outside:
        day = resource.day_of(outside[0][0])
        source = resource.rules_on(day).source_of_hours(day)
        detail, cure = _hours_sentence(resource, outside[0][0]), said("Choose a time within opening hours.")
        yield _reason(resource, "closed", detail, cure, {**source, "on": day.isoformat()})
    for _begins, ends, closure in closed_spans(resource, since, until):
        if closure.is_known_to(role):
            title = closure.title or said("closure")
            detail = said("%(name)s is closed then: %(title)s.", name=resource.name, title=title)
            source = {"closure_id": str(closure.id), "title": closure.title, "until": ends.isoformat()}
        else:
            detail = said("%(name)s is closed then.", name=resource.name)
            source = {"until": ends.isoformat()}
        yield _reason(resource, "closure", detail, said("Choose a time outside the closure."), source)
    around = [opening for opening in opened if opening.since <= since < opening.until]
    if grid and around and not any(_on_grid(opening, since, rules.slot_minutes) for opening in around):
        detail = said("Bookings start every %(length)s.", length=timedelta(minutes=rules.slot_minutes))
        yield _reason(
            resource, "off_grid", detail, said("Choose a start on the grid."), rules.source_of("slot_minutes")
        )


def _ahead_reasons(resource: Bookable, rules: Effective, since: datetime, now: datetime) -> Iterator[Reason]:
    if since - now < rules.notice:
        past = since <= now
        detail = said("That time is past.") if past else said("Bookings need %(length)s notice.", length=rules.notice)
        yield _reason(resource, "too_soon", detail, said("Choose a later time."), rules.source_of("notice"))
    if since >= horizon_end(resource, rules, now):
        ahead = timedelta(days=rules.horizon_days)
        detail = said("Bookings open %(length)s ahead.", length=ahead) if ahead else said("Bookings open on the day.")
        yield _reason(resource, "too_far", detail, said("Choose an earlier date."), rules.source_of("horizon_days"))


def taken_reasons(
    resource: Bookable, claims: Iterable[Claim], since: datetime, until: datetime, *, size: Size = ONE
) -> list[Reason]:
    """Reasons that lie in other bookings, and in the size of the resource."""
    rules = resource.rules_at(since)
    shared = not size.is_exclusive and is_shared(resource, rules)
    claims = [
        claim
        for claim in claims
        if claim.blocks_from < until + rules.buffer_after and claim.blocks_until > since - rules.buffer_before
    ]
    found = [*_size_reasons(resource, size)]
    in_the_way = [claim for claim in claims if not (shared and claim.is_shared)]
    if in_the_way:
        meets = any(claim.blocks_from < until and claim.blocks_until > since for claim in in_the_way)
        detail = (
            said("%(name)s is already booked then.", name=resource.name)
            if meets
            else said("%(name)s needs set-up or pack-down time beside another booking.", name=resource.name)
        )
        found.append(_reason(resource, "slot_taken", detail, said("Choose another time or another resource.")))
    if shared:
        named = {reason.code for reason in found}
        found += [reason for reason in _sharing_reasons(resource, claims, size) if reason.code not in named]
    return found


def _size_reasons(resource: Bookable, size: Size) -> Iterator[Reason]:
    """More is asked for than there is, whatever others do."""
    if lacks_room(resource, size.people):
        detail = said("%(name)s has room for %(number)s.", name=resource.name, number=resource.capacity)
        yield _reason(resource, "over_capacity", detail, said("Choose a larger space or a smaller party."))
    if size.units > resource.units:
        detail = (
            said("There are %(number)s of %(name)s.", number=resource.units, name=resource.name)
            if resource.units > 1
            else said("There is only one of %(name)s.", name=resource.name)
        )
        yield _reason(resource, "units_taken", detail, said("Ask for fewer."))


def _sharing_reasons(resource: Bookable, claims: list[Claim], size: Size) -> Iterator[Reason]:
    """Too little is left beside the claims that share it. All of them meet the window, so their peak does too."""
    after_each = list(loads(claims))
    units = max((units for _, units, _ in after_each), default=0)
    people = max((people for _, _, people in after_each), default=0)
    if lacks_units(resource, units + size.units):
        detail = said("Not enough of %(name)s are left then.", name=resource.name)
        yield _reason(resource, "units_taken", detail, said("Ask for fewer, or choose another time."))
    if lacks_room(resource, people + size.people):
        detail = said("%(name)s has no room for %(number)s more then.", name=resource.name, number=size.people)
        yield _reason(resource, "over_capacity", detail, said("Choose another time."))


def _quota_reasons(
    resource: Bookable, rules: Effective, asker: Asker, since: datetime, until: datetime
) -> Iterator[Reason]:
    for over in used_up(resource, asker, since, until):
        first, last = over.period
        source = {**rules.source_of("quotas"), "from": first.isoformat(), "until": last.isoformat()}
        yield _reason(resource, "quota_used", _quota_sentence(over), said("Choose another time, or ask staff."), source)


def _quota_sentence(over: UsedUp) -> Sentence:
    quota = over.quota
    per = {"day": said("a day"), "week": said("a week"), "month": said("a month")}[quota.per]
    if quota.count is not None:
        return said(
            "The limit here is %(most)s %(per)s for each person; you have %(number)s.",
            most=quota.count,
            per=per,
            number=over.count,
        )
    assert quota.hours is not None
    return said(
        "The limit here is %(most)s %(per)s for each person; you have used %(time)s.",
        most=timedelta(hours=quota.hours),
        per=per,
        time=over.time,
    )


def _reason(
    resource: Bookable, code: str, detail: Sentence, cure: Sentence, source: dict[str, Any] | None = None
) -> Reason:
    return Reason(code, detail, str(resource.id), source or {}, cure)


def _on_grid(opening: Opening, since: datetime, slot_minutes: int) -> bool:
    step = timedelta(minutes=slot_minutes)
    return not (since + opening.offset - opening.anchor) % step


def _hours_sentence(resource: Bookable, at: datetime) -> Sentence:
    on = resource.day_of(at)
    hours = resource.rules_on(on).hours_on(on)
    if not hours.spans:
        if hours.name:
            return said("%(name)s is closed that day: %(why)s.", name=resource.name, why=hours.name)
        return said("%(name)s is closed that day.", name=resource.name)
    return said("%(name)s is open %(hours)s that day.", name=resource.name, hours=Hours(hours.spans))
