"""The request desk: staff decide what waits, one after the other. With script it is done by keys, and can be undone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from infra24.bookings import desk, queries, services
from infra24.bookings.desk_texts import desk_texts
from infra24.bookings.forms.deciding import CONFIRM, DecisionForm
from infra24.bookings.models import Booking, Source
from infra24.bookings.refusals import counting_refusals
from infra24.bookings.views.refusals import refused
from infra24.core.errors import Infra24Error, InvalidRequest
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.STAFF)
def requests(request: MemberRequest) -> HttpResponse:
    """Everything that waits, oldest first; a decision is sent here and leads back here."""
    if request.method != "POST":
        return _page(request)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise InvalidRequest
    found = queries.booking_for(request.member, form.cleaned_data["booking"])
    try:
        said = _decide(request, found, form.cleaned_data)
    except Infra24Error as error:
        return _page(request, error=error, sent=form.cleaned_data)
    messages.success(request, said % {"title": found.title})
    return HttpResponseRedirect(request.get_full_path())


def _decide(request: MemberRequest, found: Booking, sent: dict[str, Any]) -> str:
    given: Any = {"by": request.member, "source": Source.STAFF, "version": sent["version"], "reason": sent["reason"]}
    if sent["decision"] != CONFIRM:
        services.decline_booking(found, **given)
        return _("Declined: %(title)s.")
    with counting_refusals(request):
        services.confirm_booking(found, **given, decline_rivals=sent["decline_rivals"])
    return _("Confirmed: %(title)s.")


def _page(
    request: MemberRequest, *, error: Infra24Error | None = None, sent: dict[str, Any] | None = None
) -> HttpResponse:
    """With a refusal beside the request it is about, and what was typed there."""
    viewer, sent = request.member, sent or {}
    page = desk.requests_page(viewer, limit=desk.PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    about: UUID | None = sent.get("booking")
    shown = {
        "page": page,
        "count": desk.request_count(viewer),
        "passed": desk.passed_count(viewer),
        "sent": sent,
        # What was decided by somebody else meanwhile stands on the page no more; then it is said above the list.
        "is_gone": error is not None and about not in {one.booking.pk for one in page.items},
        "texts": desk_texts(),
        **refused(error),
    }
    return render(request, "bookings/requests.html", shown, status=error.status if error else 200)
