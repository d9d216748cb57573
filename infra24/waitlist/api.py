"""The API of the waitlist."""

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from infra24.bookings.models import Source
from infra24.bookings.refusals import counting_refusals
from infra24.core.codec import encode
from infra24.core.paging import PageOut, page_of
from infra24.core.versions import etag, require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.waitlist import queries, services
from infra24.waitlist.models import MINUTE, Entry
from infra24.waitlist.schemas import (
    WaitlistEntryIn,
    WaitlistEntryOut,
    WaitlistEntryPatch,
    WaitlistQuery,
    WaitlistTermsIn,
    WaitlistTermsOut,
    WaitlistWithdrawIn,
    entry_out,
)

router = Router(tags=["waitlist"])
READ, WRITE = member_auth(scope="bookings:read"), member_auth(scope="bookings:write")
MANAGE = member_auth(Role.MANAGER, scope="bookings:write")


@router.get(
    "/waitlist",
    response=PageOut[WaitlistEntryOut],
    auth=READ,
    by_alias=True,
    summary="Who waits for what, in their order",
)
def list_waitlist(request: HttpRequest, filters: Query[WaitlistQuery]) -> HttpResponse:
    """Staff see everybody, others themselves. Who joined first comes first."""
    by, now = cast(MemberRequest, request).member, timezone.now()
    entries = queries.narrowed(queries.visible_entries(by), filters.to_filter(), now=now)
    rows = queries.with_place(queries.with_offers(entries), now=now)
    page = page_of(rows, by=("joined_at", "id"), limit=filters.limit, cursor=filters.cursor)
    return _json({"items": [entry_out(entry) for entry in page.items], "next": page.next})


@router.post(
    "/waitlist",
    response={201: WaitlistEntryOut},
    auth=WRITE,
    by_alias=True,
    summary="Wait for time that is taken",
)
def join_waitlist(request: HttpRequest, body: WaitlistEntryIn) -> HttpResponse:
    """Where it is free already, the answer is 409 `free_already`, with the first times to book as `alternatives`."""
    visit = cast(MemberRequest, request)
    with counting_refusals(visit):
        entry = services.join_waitlist(body.to_wish(), by=visit.member, source=Source(source_of(visit)))
    return _answer(visit, entry.pk, status=201)


@router.get(
    "/waitlist/{uuid:entry_id}",
    response=WaitlistEntryOut,
    auth=READ,
    by_alias=True,
    summary="One who waits, with all offers",
)
def show_waitlist_entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    return _answer(cast(MemberRequest, request), entry_id)


@router.patch(
    "/waitlist/{uuid:entry_id}",
    response=WaitlistEntryOut,
    auth=WRITE,
    by_alias=True,
    summary="Wait for more or for less; the place stays",
)
def change_waitlist_entry(request: HttpRequest, entry_id: UUID, body: WaitlistEntryPatch) -> HttpResponse:
    """Not while an offer is open. If the new wish is free already, an offer follows at once."""
    visit = cast(MemberRequest, request)
    entry = _found(visit, entry_id)
    with counting_refusals(visit):
        services.change_entry(
            entry,
            body.to_change(entry),
            by=visit.member,
            source=Source(source_of(visit)),
            # What is absent stays as it was read: somebody else's change meanwhile must not be undone.
            version=entry.version,
        )
    return _answer(visit, entry_id)


@router.post(
    "/waitlist/{uuid:entry_id}/accept",
    response=WaitlistEntryOut,
    auth=WRITE,
    by_alias=True,
    summary="Take what is offered",
)
def accept_waitlist_offer(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """The hold `booking_id` becomes a booking, or a request where staff have to agree."""
    visit = cast(MemberRequest, request)
    entry = _found(visit, entry_id)
    with counting_refusals(visit):
        services.accept_offer(entry, by=visit.member, source=Source(source_of(visit)), version=_version(visit, entry))
    return _answer(visit, entry_id)


@router.post(
    "/waitlist/{uuid:entry_id}/pass",
    response=WaitlistEntryOut,
    auth=WRITE,
    by_alias=True,
    summary="Let the next have it",
)
def pass_waitlist_offer(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """The place stays; the same time is not offered again until somebody else has had it and given it back."""
    visit = cast(MemberRequest, request)
    entry = _found(visit, entry_id)
    services.pass_offer(entry, by=visit.member, source=Source(source_of(visit)), version=_version(visit, entry))
    return _answer(visit, entry_id)


@router.post(
    "/waitlist/{uuid:entry_id}/withdraw",
    response=WaitlistEntryOut,
    auth=WRITE,
    by_alias=True,
    summary="Wait no more",
)
def withdraw_waitlist_entry(request: HttpRequest, entry_id: UUID, body: WaitlistWithdrawIn) -> HttpResponse:
    """What is being offered goes to the next."""
    visit = cast(MemberRequest, request)
    entry = _found(visit, entry_id)
    services.withdraw_entry(
        entry,
        reason=body.reason,
        by=visit.member,
        source=Source(source_of(visit)),
        version=_version(visit, entry),
    )
    return _answer(visit, entry_id)


@router.get("/waitlist/terms", response=WaitlistTermsOut, auth=READ, summary="How long an offer lasts")
def show_waitlist_terms(request: HttpRequest) -> HttpResponse:
    return _terms(cast(MemberRequest, request))


@router.patch("/waitlist/terms", response=WaitlistTermsOut, auth=MANAGE, summary="Say how long an offer lasts")
def change_waitlist_terms(request: HttpRequest, body: WaitlistTermsIn) -> HttpResponse:
    """Offers that are open keep their time."""
    visit = cast(MemberRequest, request)
    _length, version = queries.terms_of(visit.member.org_id)
    require_match(request, version)
    services.set_terms(
        timedelta(minutes=body.offer_minutes),
        by=visit.member,
        source=source_of(visit),
        version=seen(request, version),
    )
    return _terms(visit)


def _found(visit: MemberRequest, entry_id: UUID) -> Entry:
    """The entry, as the caller has seen it. Raises EntryNotFound, Stale."""
    entry = queries.entry_for(visit.member, entry_id, now=timezone.now())
    require_match(visit, entry.version)
    return entry


def _version(visit: MemberRequest, entry: Entry) -> int | None:
    return seen(visit, entry.version)


def _answer(visit: MemberRequest, entry_id: UUID, *, status: int = 200) -> HttpResponse:
    entry = queries.entry_for(visit.member, entry_id, now=timezone.now())
    response = _json(entry_out(entry), status=status)
    response["ETag"] = etag(entry.version)
    return response


def _terms(visit: MemberRequest) -> HttpResponse:
    offered_for, version = queries.terms_of(visit.member.org_id)
    response = _json({"offer_minutes": offered_for // MINUTE, "version": version})
    response["ETag"] = etag(version)
    return response


def _json(body: object, *, status: int = 200) -> HttpResponse:
    return HttpResponse(encode(body), status=status, content_type="application/json")
