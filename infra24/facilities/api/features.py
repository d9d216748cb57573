"""The API of the vocabulary of features."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from infra24.core.codec import encode
from infra24.core.paging import PageOut, page_of
from infra24.core.versions import etag, require_match, seen
from infra24.facilities.schemas.features import FeatureChange, FeatureIn, FeatureOut, FeaturesQuery, feature_out
from infra24.facilities.services import features as services
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.models import Feature
from infra24.resources.vocabulary import feature_for, features_of

router = Router(tags=["features"])
READ = member_auth(scope="resources:read")
WRITE = member_auth(Role.MANAGER, scope="resources:write")


@router.get("/features", response=PageOut[FeatureOut], auth=READ, summary="What resources can have, by name")
def list_features(request: HttpRequest, filters: Query[FeaturesQuery]) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    features = features_of(visit.organisation.pk, archived=filters.archived)
    if filters.archived and not visit.member.is_staff:
        features = features.none()
    page = page_of(features, by=("sort_key", "id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [feature_out(feature) for feature in page.items], "next": page.next}


@router.post("/features", response={201: FeatureOut}, auth=WRITE, summary="Add a word for what resources have")
def create_feature(request: HttpRequest, body: FeatureIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    made = services.create_feature(
        body.type.value, body.to_wish(), key=body.key, by=visit.member, source=source_of(visit)
    )
    return _answer(made, status=201)


@router.get("/features/{uuid:feature_id}", response=FeatureOut, auth=READ, summary="One feature")
def show_feature(request: HttpRequest, feature_id: UUID) -> HttpResponse:
    return _answer(feature_for(cast(MemberRequest, request).member, feature_id))


@router.patch(
    "/features/{uuid:feature_id}", response=FeatureOut, auth=WRITE, summary="Change a feature, or put it away"
)
def change_feature(request: HttpRequest, feature_id: UUID, body: FeatureChange) -> HttpResponse:
    """Edits first, then `archived`; both or neither."""
    visit = cast(MemberRequest, request)
    by, source = visit.member, source_of(visit)
    feature = feature_for(by, feature_id)
    require_match(request, feature.version)
    version = seen(request, feature.version)
    if wish := body.to_wish():
        feature = services.change_feature(feature, wish, by=by, source=source, version=version)
        version = feature.version if version is not None else None
    if body.archived is not None:
        put = services.archive_feature if body.archived else services.restore_feature
        feature = put(feature, by=by, source=source, version=version)
    return _answer(feature)


def _answer(feature: Feature, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(encode(feature_out(feature)), status=status, content_type="application/json")
    response["ETag"] = etag(feature.version)
    return response
