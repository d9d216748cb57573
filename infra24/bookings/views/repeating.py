"""From a form that asks for a booking again and again to its dates, and from those to a series."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from infra24.bookings.forms import BookingForm
from infra24.bookings.forms.series import RepeatForm
from infra24.bookings.models import Source
from infra24.bookings.refusals import count_refusals, counting_refusals
from infra24.bookings.services import series as services
from infra24.bookings.services.series import Line, Report, SeriesWish
from infra24.core.errors import Infra24Error
from infra24.core.problems import document, reason_document
from infra24.orgs.requests import MemberRequest

OWN_STEPS = {"csrfmiddlewaretoken", "step", "on_conflict", "take"}
"""What the page of dates says for itself."""


@dataclass(frozen=True)
class DateLine:
    """One date of a report as the page shows it."""

    line: Line
    reasons: list[dict[str, Any]]
    offers: list[tuple[datetime, datetime]]


def repeat(
    request: MemberRequest, form: BookingForm, repeats: RepeatForm, *, source: Source, back: str, done: str
) -> HttpResponse:
    """Show every date of a valid form that repeats, and on `save` book them and go to the page `done`.

    Raises what is wrong with the wish itself, to be shown beside the form.
    """
    wish = SeriesWish(form.to_wish(), repeats.rule_from(form.cleaned_data["date"]))
    if request.POST.get("step") != "save":
        report = services.rehearse_series(wish, by=request.member)
        return preview(request, report, title=wish.booking.title, back=back)
    on_conflict: services.OnConflict = "skip" if request.POST.get("on_conflict") == "skip" else "refuse"
    try:
        with counting_refusals(request):
            made = services.create_series(wish, on_conflict=on_conflict, by=request.member, source=source)
    except Infra24Error as error:
        found: Report | None = getattr(error, "report", None)
        if found is None:
            raise
        return preview(request, found, title=wish.booking.title, back=back, error=error)
    count_refusals(request, made.skipped_for)
    messages.success(request, _("Booked: %(title)s.") % {"title": made.title})
    return redirect(done, org=request.organisation.slug, series_id=made.pk)


def preview(
    request: MemberRequest,
    report: Report,
    *,
    title: str,
    back: str,
    is_change: bool = False,
    error: Infra24Error | None = None,
) -> HttpResponse:
    """Every date and what would become of it, with the form sent along and a choice where some cannot be had."""
    lines = [
        DateLine(line, [reason_document(reason) for reason in line.reasons], _offers(line)) for line in report.lines
    ]
    shown = {
        "title": title,
        "lines": lines,
        "free": report.counted("free"),
        "refused": report.counted("refused"),
        "kept": report.counted("kept"),
        "goes": report.counted("goes"),
        "sent": list(sent_again(request)),
        "may_save": is_change or report.counted("free") > 0,
        "is_change": is_change,
        "back": back,
        "refusal": document(error) if error else None,
    }
    return render(request, "bookings/series_preview.html", shown, status=error.status if error else 200)


def sent_again(request: MemberRequest) -> Iterator[tuple[str, str]]:
    """The fields of the form before, to be sent along; some come several times."""
    for name, values in request.POST.lists():
        if name not in OWN_STEPS:
            for value in values:
                yield name, str(value)


def _offers(line: Line) -> list[tuple[datetime, datetime]]:
    return [(datetime.fromisoformat(one.starts_at), datetime.fromisoformat(one.ends_at)) for one in line.alternatives]
