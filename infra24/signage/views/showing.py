"""What hangs by the door: no session needed, nothing said that not everybody may read."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from infra24.core.days import wall_of
from infra24.orgs.requests import OrganisationRequest
from infra24.signage.boards import board_of
from infra24.signage.queries import display_by_secret
from infra24.signage.services import note_sighting
from infra24.signage.texts import display_texts


@require_safe
def display_board(request: OrganisationRequest, org: str, display_key: str) -> HttpResponse:
    """The board of one display, in the language of the house; it asks again by itself."""
    del org
    organisation, now = request.organisation, timezone.now()
    display = display_by_secret(organisation, display_key)
    note_sighting(display, now=now)
    board = board_of(display, organisation, now=now)
    with override(organisation.locale):
        context = {
            "display": display,
            "board": board,
            "today": wall_of(now, organisation.time_zone).date(),
            "one": board.doors[0] if display.resource_id and board.doors else None,
            "texts": display_texts(),
            "site": settings.BASE_URL,
        }
        answer = render(request, "signage/display.html", context)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
