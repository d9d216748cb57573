"""Pages on which resources go out as a table, and come in as one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.facilities.exporting import resources_csv
from infra24.facilities.forms.tables import LookedAtForm, TableForm
from infra24.facilities.services.importing import CHANGED, NEW, UNCHANGED, Report, import_resources
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest


@require_safe
@for_role(Role.STAFF)
def export_resources(request: MemberRequest) -> HttpResponse:
    """Every live resource, as a file to change and send back."""
    response = HttpResponse(resources_csv(request.member), content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{request.organisation.slug}-resources-{day}.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.MANAGER)
def import_resources_page(request: MemberRequest) -> HttpResponse:
    """Send a table, see what it would do, then let it. The second step does everything anew, and all or nothing."""
    looked_at = LookedAtForm(request.POST)
    is_second = request.method == "POST" and "text" in request.POST and looked_at.is_valid()
    form = TableForm(request.POST, request.FILES) if request.method == "POST" and not is_second else TableForm()
    error: Infra24Error | None = None
    report: Report | None = None
    data = b""
    try:
        if is_second:
            data = looked_at.cleaned_data["text"].encode()
            report = import_resources(data, by=request.member, source="import", dry_run=False)
            _say(request, report)
            return redirect("resources", org=request.organisation.slug)
        if form.is_valid():
            data = form.cleaned_data["file"].read()
            report = import_resources(data, by=request.member, source="import", dry_run=True)
    except Infra24Error as refusal:
        error = refusal
    shown = {
        "form": form,
        "report": report,
        "counts": {what: report.number(what) for what in (NEW, CHANGED, UNCHANGED)} if report else {},
        "text": data.decode("utf-8-sig", errors="replace") if report and not report.faults else "",
        "refusal": document(error) if error else None,
        # Somebody may have changed something between the two steps: then the faults are new.
        "late_faults": sorted(error.fields.items()) if error else [],
    }
    status = error.status if error else 422 if form.errors or (report and report.faults) else 200
    return render(request, "facilities/resources_import.html", shown, status=status)


def _say(request: MemberRequest, report: Report) -> None:
    new, changed = report.number(NEW), report.number(CHANGED)
    said = " ".join(
        [
            ngettext("%(number)s resource was added,", "%(number)s resources were added,", new) % {"number": new},
            ngettext("%(number)s was changed.", "%(number)s were changed.", changed) % {"number": changed},
        ]
    )
    messages.success(request, said)
