"""The API of what is done to many deliveries at once: replays, what failed by cause, giving up."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox import console, discarding, queries, replaying
from infra24.outbox.models import Delivery
from infra24.outbox.schemas.many import (
    DiscardedOut,
    DiscardIn,
    DiscardPreviewIn,
    FailedGroupOut,
    ReplayIn,
    ReplayOut,
    ReplayPreviewOut,
    SelectedOut,
    failed_group_out,
    replay_out,
    selected_out,
)
from infra24.outbox.selecting import Selection

router = Router(tags=["outbox"])
READ = member_auth(Role.STAFF, scope="outbox:read")
WRITE = member_auth(Role.MANAGER, scope="outbox:write")


@router.get("/outbox/failed", response=list[FailedGroupOut], auth=READ, summary="What failed, by cause")
def list_failed(request: MemberRequest) -> list[dict[str, Any]]:
    """The cause of the newest failure first. All of one cause: `/outbox/deliveries` with its destination and cause."""
    return [failed_group_out(group) for group in console.failed_groups(request.member)]


@router.post("/outbox/discards/preview", response=SelectedOut, auth=WRITE, summary="How many would be given up")
def preview_discard(request: MemberRequest, body: DiscardPreviewIn) -> dict[str, Any]:
    """Of what failed. Changes nothing."""
    found = replaying.preview(_given_up(request, body), viewer=request.member, settled_before=body.settled_before)
    return selected_out(found)


@router.post("/outbox/discards", response=DiscardedOut, auth=WRITE, summary="Give up many failed deliveries")
def discard_many(request: MemberRequest, body: DiscardIn) -> dict[str, Any]:
    """At most 10,000 at once. Each can be tried again for thirty days."""
    discarded = discarding.discard_all(
        _given_up(request, body),
        reason=body.reason,
        by=request.member,
        source=source_of(request),
        settled_before=body.settled_before,
    )
    return {"discarded": discarded}


@router.post("/outbox/replays/preview", response=ReplayPreviewOut, auth=WRITE, summary="How many would be replayed")
def preview_replay(request: MemberRequest, body: ReplayIn) -> dict[str, Any]:
    """Changes nothing."""
    found = replaying.preview_replay(
        queries.destination_for(request.member, body.destination_id),
        _replayed(body),
        viewer=request.member,
        settled_before=body.settled_before,
    )
    return {**selected_out(found), "minutes": found.minutes(body.per_minute)}


@router.post("/outbox/replays", response={201: ReplayOut}, auth=WRITE, summary="Make many deliveries once more")
def start_replay(request: MemberRequest, body: ReplayIn) -> HttpResponse:
    """Some each minute. They keep the ids of their facts, so that whoever has taken one knows it again."""
    replay = replaying.start_replay(
        queries.destination_for(request.member, body.destination_id),
        _replayed(body),
        by=request.member,
        source=source_of(request),
        per_minute=body.per_minute,
        settled_before=body.settled_before,
    )
    shown = replay_out(replaying.replay_for(request.member, replay.pk))
    return HttpResponse(encode(shown), status=201, content_type="application/json")


@router.get("/outbox/replays", response=PageOut[ReplayOut], auth=READ, summary="Replays, newest first")
def list_replays(request: MemberRequest, asked: Query[PageQuery]) -> dict[str, Any]:
    found = replaying.visible_replays(request.member)
    page = page_of(found, by=("-started_at", "-id"), limit=asked.limit, cursor=asked.cursor)
    return {"items": [replay_out(replay) for replay in page.items], "next": page.next}


@router.get("/outbox/replays/{uuid:replay_id}", response=ReplayOut, auth=READ, summary="One replay and how far it is")
def show_replay(request: MemberRequest, replay_id: UUID) -> dict[str, Any]:
    return replay_out(replaying.replay_for(request.member, replay_id))


@router.post("/outbox/replays/{uuid:replay_id}/stop", response=ReplayOut, auth=WRITE, summary="Stop a replay")
def stop_replay(request: MemberRequest, replay_id: UUID) -> dict[str, Any]:
    """What waits for its try already is made; no more goes out after it."""
    replay = replaying.replay_for(request.member, replay_id)
    replaying.stop_replay(replay, by=request.member, source=source_of(request))
    return replay_out(replaying.replay_for(request.member, replay_id))


def _given_up(request: MemberRequest, body: DiscardPreviewIn) -> Selection:
    if body.destination_id is not None:
        queries.destination_for(request.member, body.destination_id)
    return body.to_selection(statuses=(Delivery.Status.DEAD.value,), destination_id=body.destination_id)


def _replayed(body: ReplayIn) -> Selection:
    return body.to_selection(statuses=(body.status,), destination_id=body.destination_id)
