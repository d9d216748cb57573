"""Pages of one series, for staff and for whoever it belongs to: its dates, and what can be done with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infra24.bookings import ledger
from infra24.bookings.forms.series import RepeatForm, SeriesCancelForm, SeriesForm, repeat_values
from infra24.bookings.models import Occurrence, Series, Source
from infra24.bookings.refusals import count_refusals, counting_refusals
from infra24.bookings.services import series as services
from infra24.bookings.services.series import Report
from infra24.bookings.services.series.planning import later_rule
from infra24.bookings.services.series.wishing import wishes_in
from infra24.bookings.views.repeating import preview
from infra24.core.days import wall_of
from infra24.core.errors import Infra24Error
from infra24.core.problems import document, reason_document
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of


@dataclass(frozen=True)
class DateRow:
    """One date as the page shows it."""

    row: Occurrence
    starts_at: datetime
    ends_at: datetime
    state: str
    label: str
    is_open: bool
    is_booked: bool
    reasons: list[dict[str, Any]]

    @property
    def is_given_up(self) -> bool:
        """Whether it had a booking, and is to have another or none."""
        return self.row.state != Occurrence.State.BOOKED and self.row.booking is not None

    @property
    def key(self) -> str:
        """How addresses name it."""
        return self.row.wall_on.isoformat()


def addresses(request: MemberRequest, series_id: UUID, *, own: bool) -> dict[str, str]:
    """Where the pages of a series are, for staff or for its owner."""
    prefix = "my_series" if own else "series"
    names = {"show": prefix, "edit": f"{prefix}_edit", "cancel": f"{prefix}_cancel", "retry": f"{prefix}_retry"}
    arguments = {"org": request.organisation.slug, "series_id": series_id}
    return {what: reverse(name, kwargs=arguments) for what, name in names.items()}


def _page(request: MemberRequest, series: Series, *, own: bool, error: Infra24Error | None = None) -> HttpResponse:
    now = timezone.now()
    rows = [_date_row(row, request, now) for row in ledger.dates_of(series)]
    shown = {
        "series": series,
        "rows": rows,
        "skipped": sum(one.state == "skipped" and one.is_open for one in rows),
        "may_change": series.ended_at is None and any(one.is_open for one in rows),
        "urls": addresses(request, series.pk, own=own),
        "own": own,
        "refusal": document(error) if error else None,
    }
    return render(request, "bookings/series.html", shown, status=error.status if error else 200)


def _date_row(row: Occurrence, request: MemberRequest, now: datetime) -> DateRow:
    state = ledger.state_of(row)
    is_booked = row.state == Occurrence.State.BOOKED and row.booking is not None
    label = row.booking.status_now.label if is_booked and row.booking else row.get_state_display()
    return DateRow(
        row,
        *ledger.span_of_row(row),
        state=str(state),
        label=str(label),
        is_open=ledger.is_open(row, now),
        is_booked=ledger.is_live(row),
        reasons=[reason_document(reason) for reason in ledger.reasons_of(row, request.member)],
    )


def _edit(request: MemberRequest, series: Series, *, own: bool) -> HttpResponse:
    """Ask what to change; show what that makes of every date; then do it."""
    urls = addresses(request, series.pk, own=own)
    wall_on = read_wall(request.GET.get("from"))
    now = timezone.now()
    ahead = [row for row in ledger.dates_of(series) if ledger.is_open(row, now)]
    shown_by = [row for row in ahead if wall_on in {None, row.wall_on}]
    if not shown_by or series.ended_at is not None:
        return HttpResponseRedirect(urls["show"])
    first, anchor = ahead[0].wall_on, shown_by[0]
    sent = request.POST if request.method == "POST" else None
    form = SeriesForm(
        sent,
        initial={**_values(series, anchor), "scope": "following" if wall_on else "all"},
        series=series,
        wall_on=wall_on,
        first=first,
        viewer=request.member,
        organisation=request.organisation,
    )
    repeats = RepeatForm(sent, initial=repeat_values(later_rule(series, anchor.wall_on, anchor.wall_on)))
    # Both, so that everything that is wrong is said at once.
    if sent is None or not (form.is_valid() & repeats.is_valid()) or sent.get("step") == "edit":
        return _edit_page(request, series, form, repeats, urls)
    try:
        return _change(request, series, form, repeats, own=own)
    except Infra24Error as error:
        report: Report | None = getattr(error, "report", None)
        if report is not None:
            return preview(request, report, title=series.title, back=urls["show"], is_change=True, error=error)
        return _edit_page(request, series, form, repeats, urls, error=error)


def _change(
    request: MemberRequest, series: Series, form: SeriesForm, repeats: RepeatForm, *, own: bool
) -> HttpResponse:
    """Show what a valid form would make of every date or, on `save`, do it."""
    change, reach = form.to_series_change(repeats), form.to_reach()
    if request.POST.get("step") != "save":
        report = services.rehearse_change(series, change, reach, by=request.member)
        back = addresses(request, series.pk, own=own)["show"]
        return preview(request, report, title=series.title, back=back, is_change=True)
    with counting_refusals(request):
        changed = services.change_series(
            series,
            change,
            reach,
            on_conflict="skip" if request.POST.get("on_conflict") == "skip" else "refuse",
            by=request.member,
            source=Source(source_of(request)),
            version=form.cleaned_data["version"],
        )
    count_refusals(request, changed.skipped_for)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(addresses(request, changed.pk, own=own)["show"])


def _edit_page(
    request: MemberRequest,
    series: Series,
    form: SeriesForm,
    repeats: RepeatForm,
    urls: dict[str, str],
    *,
    error: Infra24Error | None = None,
) -> HttpResponse:
    shown = {"series": series, "form": form, "repeats": repeats, "urls": urls}
    shown["refusal"] = document(error) if error else None
    asked_again = request.POST.get("step") == "edit"
    faulty = (form.errors or repeats.errors) and not asked_again
    status = error.status if error else 422 if request.method == "POST" and faulty else 200
    return render(request, "bookings/series_edit.html", shown, status=status)


def _anchor(series: Series, wall_on: datetime | None) -> Occurrence | None:
    """The date a change is shown by: the one asked for, or the first that is still to come."""
    now = timezone.now()
    open_rows = [row for row in ledger.dates_of(series) if ledger.is_open(row, now)]
    if wall_on is not None:
        open_rows = [row for row in open_rows if row.wall_on == wall_on]
    return open_rows[0] if open_rows else None


def _values(series: Series, first: Occurrence) -> dict[str, Any]:
    """What the form shows: the series, on that date."""
    starts, ends = (wall_of(at, series.time_zone) for at in series.span_on(first.wall_on))
    wish, *others = wishes_in(series)
    return {
        "title": series.title,
        "resource": wish.resource_id,
        "instead": list(wish.or_else),
        "also": [other.resource_id for other in others],
        "date": starts.date(),
        "start": starts.time().replace(second=0, microsecond=0),
        "end_date": None if ends.date() == starts.date() else ends.date(),
        "end": ends.time().replace(second=0, microsecond=0),
        "person": (series.person.email or series.person.name) if series.person else "",
        "party_size": series.party_size,
        "note": series.note,
        "visibility": series.visibility,
        "version": series.version,
    }


def _cancel(request: MemberRequest, series: Series, *, own: bool) -> HttpResponse:
    """Ask which dates, and why; on POST give them up."""
    urls = addresses(request, series.pk, own=own)
    wall_on = read_wall(request.GET.get("from"))
    error: Infra24Error | None = None
    start = {"version": series.version, "scope": "this" if wall_on else "all"}
    form = SeriesCancelForm(initial=start, wall_on=wall_on)
    if request.method == "POST":
        form = SeriesCancelForm(request.POST, wall_on=wall_on)
        if form.is_valid():
            data = form.cleaned_data
            reach = services.Reach(data["scope"], wall_on)
            try:
                services.end_series(
                    series,
                    reach,
                    reason=data["reason"],
                    by=request.member,
                    source=Source(source_of(request)),
                    version=data["version"],
                )
            except Infra24Error as refusal:
                error = refusal
            else:
                messages.success(request, _("Cancelled: %(title)s.") % {"title": series.title})
                return HttpResponseRedirect(urls["show"])
    row = _anchor(series, wall_on)
    shown = {
        "series": series,
        "form": form,
        "urls": urls,
        "date": _date_row(row, request, timezone.now()) if row and wall_on else None,
        "may_end": row is not None and series.ended_at is None,
        "refusal": document(error) if error else None,
    }
    status = error.status if error else 422 if form.errors else 200
    return render(request, "bookings/series_cancel.html", shown, status=status)


def _retry(request: MemberRequest, series: Series, *, own: bool) -> HttpResponse:
    """Try one date again, or all that were skipped."""
    wall_on = read_wall(request.POST.get("from"))
    try:
        with counting_refusals(request):
            retried = services.retry_dates(series, wall_on, by=request.member, source=Source(source_of(request)))
    except Infra24Error as error:
        return _page(request, ledger.series_for(request.member, series.pk), own=own, error=error)
    count_refusals(request, retried.skipped_for)
    messages.success(request, _("Booked what can be had by now."))
    return HttpResponseRedirect(addresses(request, series.pk, own=own)["show"])


def read_wall(text: str | None) -> datetime | None:
    """A date as addresses name it; None for anything else."""
    try:
        wall = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return wall if wall.tzinfo is None else None


def _door(page: Callable[..., HttpResponse], *, own: bool) -> Callable[..., HttpResponse]:
    def view(request: MemberRequest, series_id: UUID) -> HttpResponse:
        return page(request, ledger.series_for(request.member, series_id), own=own)

    view.__doc__ = page.__doc__
    return for_role(Role.MEMBER if own else Role.STAFF)(view)


both = require_http_methods(["GET", "HEAD", "POST"])
show, show_own = (require_safe(_door(_page, own=own)) for own in (False, True))
edit, edit_own = (both(_door(_edit, own=own)) for own in (False, True))
cancel, cancel_own = (both(_door(_cancel, own=own)) for own in (False, True))
retry, retry_own = (require_POST(_door(_retry, own=own)) for own in (False, True))
