"""The API of webhooks. For admins."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from ninja.responses import Status

from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag, require_match
from infra24.facts.events import PUBLIC
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.outbox.schemas import ReasonIn
from infra24.webhooks import queries, services
from infra24.webhooks.models import Endpoint
from infra24.webhooks.schemas import (
    EndpointChange,
    EndpointIn,
    EndpointMade,
    EndpointOut,
    EventTypeOut,
    RotateIn,
    endpoint_out,
    event_type_out,
)

router = Router(tags=["webhooks"])
READ = member_auth(Role.ADMIN, scope="webhooks:read")
WRITE = member_auth(Role.ADMIN, scope="webhooks:write")
ENDPOINTS = "/webhooks/endpoints"
ENDPOINT = f"{ENDPOINTS}/{{uuid:endpoint_id}}"


@router.get("/webhooks/event-types", response=list[EventTypeOut], auth=READ, summary="What webhooks may be told of")
def list_event_types(request: MemberRequest) -> list[dict[str, Any]]:
    """Each with the JSON Schema of its body and an example."""
    del request
    return [event_type_out(kind) for kind in PUBLIC.values()]


@router.get(ENDPOINTS, response=PageOut[EndpointOut], auth=READ, summary="Webhooks")
def list_endpoints(request: MemberRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Secrets are never shown again."""
    found = page_of(queries.visible_endpoints(request.member), by=("id",), limit=page.limit, cursor=page.cursor)
    return {"items": [endpoint_out(endpoint) for endpoint in found.items], "next": found.next}


@router.post(ENDPOINTS, response={201: EndpointMade}, auth=WRITE, summary="Set up a webhook")
def add_endpoint(request: MemberRequest, response: HttpResponse, body: EndpointIn) -> Status[dict[str, Any]]:
    """It hears nothing until it has answered the event that proves it; what happens meanwhile waits."""
    made, secret = services.add_endpoint(body.to_wish(), by=request.member, source=source_of(request))
    return Status(201, _made(response, made, secret))


@router.get(ENDPOINT, response=EndpointOut, auth=READ, summary="One webhook")
def show_endpoint(request: MemberRequest, response: HttpResponse, endpoint_id: UUID) -> dict[str, Any]:
    return _out(response, queries.endpoint_for(request.member, endpoint_id))


@router.patch(ENDPOINT, response=EndpointOut, auth=WRITE, summary="Change a webhook")
def change_endpoint(
    request: MemberRequest, response: HttpResponse, endpoint_id: UUID, body: EndpointChange
) -> dict[str, Any]:
    """Another address has to be proved anew."""
    endpoint = _current(request, endpoint_id)
    return _out(
        response,
        services.change_endpoint(
            endpoint,
            body.to_wish(endpoint),
            by=request.member,
            source=source_of(request),
            version=endpoint.version,
        ),
    )


@router.delete(ENDPOINT, response={204: None}, auth=WRITE, summary="Take a webhook away")
def remove_endpoint(request: MemberRequest, endpoint_id: UUID) -> Status[None]:
    """With its secrets. What waits for it is given up."""
    endpoint = queries.endpoint_for(request.member, endpoint_id)
    services.remove_endpoint(endpoint, by=request.member, source=source_of(request))
    return Status(204, None)


@router.post(f"{ENDPOINT}/prove", response=EndpointOut, auth=WRITE, summary="Prove that an address is yours")
def prove_endpoint(request: MemberRequest, response: HttpResponse, endpoint_id: UUID) -> dict[str, Any]:
    """Sends a signed `endpoint.proof`, which has to be answered with 2xx. Look at `answer` a moment later."""
    endpoint = _current(request, endpoint_id)
    return _out(response, services.ask_for_proof(endpoint, by=request.member, source=source_of(request)))


@router.post(f"{ENDPOINT}/test", response=EndpointOut, auth=WRITE, summary="Send a test event")
def test_endpoint(request: MemberRequest, response: HttpResponse, endpoint_id: UUID) -> dict[str, Any]:
    """A signed `endpoint.test`, also to a webhook that is paused. Look at `answer` a moment later."""
    endpoint = _current(request, endpoint_id)
    return _out(response, services.ask_for_test(endpoint, by=request.member, source=source_of(request)))


@router.post(f"{ENDPOINT}/rotate", response=EndpointMade, auth=WRITE, summary="Give a webhook a new secret")
def rotate_endpoint_secret(
    request: MemberRequest, response: HttpResponse, endpoint_id: UUID, body: RotateIn
) -> dict[str, Any]:
    """The old secret signs too for a while, so that no delivery is refused."""
    endpoint = _current(request, endpoint_id)
    changed, secret = services.rotate_secret(
        endpoint, by=request.member, source=source_of(request), old_works=body.old_works, version=endpoint.version
    )
    return _made(response, changed, secret)


@router.delete(
    f"{ENDPOINT}/previous-secret", response=EndpointOut, auth=WRITE, summary="Sign with the old secret no more"
)
def end_previous_secret(request: MemberRequest, response: HttpResponse, endpoint_id: UUID) -> dict[str, Any]:
    """At once, instead of at `previous_secret_until`. Nothing happens when there is none."""
    endpoint = _current(request, endpoint_id)
    return _out(response, services.end_previous_secret(endpoint, by=request.member, source=source_of(request)))


@router.post(f"{ENDPOINT}/pause", response=EndpointOut, auth=WRITE, summary="Pause a webhook")
def pause_endpoint(request: MemberRequest, response: HttpResponse, endpoint_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """What happens is kept for thirty days."""
    endpoint = _current(request, endpoint_id)
    return _out(
        response,
        services.pause_endpoint(endpoint, reason=body.reason, by=request.member, source=source_of(request)),
    )


@router.post(f"{ENDPOINT}/resume", response=EndpointOut, auth=WRITE, summary="Resume a webhook")
def resume_endpoint(request: MemberRequest, response: HttpResponse, endpoint_id: UUID) -> dict[str, Any]:
    """What waited is sent, each subject's events in their order."""
    endpoint = _current(request, endpoint_id)
    return _out(response, services.resume_endpoint(endpoint, by=request.member, source=source_of(request)))


def _current(request: MemberRequest, endpoint_id: UUID) -> Endpoint:
    """The webhook, if it is still the one the caller has seen."""
    endpoint = queries.endpoint_for(request.member, endpoint_id)
    require_match(request, endpoint.version)
    return endpoint


def _out(response: HttpResponse, endpoint: Endpoint) -> dict[str, Any]:
    response["ETag"] = etag(endpoint.version)
    return endpoint_out(endpoint)


def _made(response: HttpResponse, endpoint: Endpoint, secret: str) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    return {**_out(response, endpoint), "secret": secret}
