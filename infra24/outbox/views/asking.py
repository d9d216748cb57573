"""Asking for a reason before something is done."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.requests import MemberRequest
from infra24.outbox.forms import WhyForm


def ask_why(
    request: MemberRequest,
    *,
    title: str | Promise,
    label: str | Promise,
    act: Callable[[str], object],
    said: str,
) -> HttpResponse:
    """Ask for a reason on GET, act on POST; a refusal is shown on the same page."""
    form = WhyForm(request.POST) if request.method == "POST" else WhyForm()
    error: Infra24Error | None = None
    if form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except Infra24Error as refusal:
            error = refusal
        else:
            messages.success(request, said)
            return redirect("outbox", org=request.organisation.slug)
    shown = {"title": title, "label": label, "form": form, "refusal": document(error) if error else None}
    status = error.status if error else 422 if form.errors else 200
    return render(request, "outbox/why.html", shown, status=status)
