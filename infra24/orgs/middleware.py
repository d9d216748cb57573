"""One transaction for one request of one organisation."""

from collections.abc import Callable
from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from infra24.core import problems
from infra24.core.errors import Unauthenticated
from infra24.orgs import arrivals
from infra24.orgs.errors import OrganisationNotFound
from infra24.orgs.remembered import answer_once
from infra24.orgs.requests import OrganisationRequest
from infra24.orgs.tenancy import acting_for


class OrganisationMiddleware:
    """Around every view under /api and /o: counts, finds the organisation, opens its transaction.

    The innermost middleware, so that the view and its template are inside and
    nothing else is. An answer of 400 or more is rolled back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            arrival = arrivals.arrive(request)
            if arrival is None:
                return self.get_response(request)
            visit = cast(OrganisationRequest, request)
            visit.after_refusal = []
            with acting_for(arrival.org_id):
                arrivals.enter(visit, arrival)
                _stop_strangers(visit)
                response = answer_once(visit, self._answer)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
            for write in visit.after_refusal:
                with acting_for(arrival.org_id):
                    write()
            # What one organisation's member sees is kept by no cache on the way, and looked up again on the way back.
            response.setdefault("Cache-Control", "private, no-cache")
            return response
        except problems.KNOWN as error:
            return problems.answer_exception(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What a page's view raised, in words. Runs while the transaction is still open."""
        kind = problems.known(error)
        return problems.answer(request, kind) if kind else None

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django has rendered templates by now; whatever answers lazily is rendered here, inside.
        render = getattr(response, "render", None)
        return cast(HttpResponse, render()) if callable(render) else response


def _stop_strangers(request: OrganisationRequest) -> None:
    """No page under /admin, whatever its view forgot to ask, opens for somebody who is not a member."""
    steps = request.path_info.split("/", 4)
    if steps[1] == "o" and steps[3:4] == ["admin"] and request.member is None:
        if request.user.is_authenticated:
            raise OrganisationNotFound
        raise Unauthenticated
