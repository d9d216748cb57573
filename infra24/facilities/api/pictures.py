"""The API of photos. A picture comes as a form with files, as browsers send one."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import Router

from infra24.core.codec import refuse_nul
from infra24.core.errors import Malformed
from infra24.core.versions import require_match
from infra24.facilities.api.resources import WRITE, answer
from infra24.facilities.errors import PictureInvalid
from infra24.facilities.schemas.resources import ResourceOut
from infra24.facilities.services import pictures
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources import queries

router = Router(tags=["resources"])
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo", "alt"],
                    "properties": {
                        "photo": {
                            "type": "string",
                            "format": "binary",
                            "description": "JPEG, PNG, WebP or GIF; at most 10 MB and 40 million pixels.",
                        },
                        "alt": {
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 200,
                            "description": "What it shows, in a few words.",
                        },
                    },
                }
            }
        },
    }
}


@router.put(
    "/resources/{uuid:resource_id}/photo",
    response=ResourceOut,
    auth=WRITE,
    summary="Give a resource a photo",
    openapi_extra=BODY,
)
def put_photo(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    """Only the picture is kept, turned upright: not where it was taken, nor with what."""
    visit = cast(MemberRequest, request)
    resource = queries.resource_for(visit.member, resource_id)
    photo, alt = _sent(request)
    require_match(request, resource.version)
    changed = pictures.put_photo(resource, photo, alt=alt, by=visit.member, source=source_of(visit))
    return answer(visit, changed)


@router.delete(
    "/resources/{uuid:resource_id}/photo", response=ResourceOut, auth=WRITE, summary="Take a resource's photo away"
)
def remove_photo(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    resource = queries.resource_for(visit.member, resource_id)
    require_match(request, resource.version)
    return answer(visit, pictures.remove_photo(resource, by=visit.member, source=source_of(visit)))


def _sent(request: HttpRequest) -> tuple[bytes, str]:
    """The file and the words. Django reads forms of POST alone, so it is asked to. Raises Malformed, PictureInvalid."""
    if request.content_type != "multipart/form-data":
        raise Malformed(_("Send a form with files: multipart/form-data with photo and alt."))
    try:
        fields, files = request.parse_file_upload(request.META, request)
    except MultiPartParserError as error:
        raise Malformed(_("The form cannot be read.")) from error
    refuse_nul(dict(fields.items()))
    photo = files.get("photo")
    if photo is None:
        raise PictureInvalid(fields={"photo": _("This is required.")})
    return photo.read(), str(fields.get("alt", ""))
