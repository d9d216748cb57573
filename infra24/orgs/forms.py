"""What people type about members, invitations and tokens."""

from datetime import datetime
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from infra24.core.days import day_span
from infra24.core.forms import DayField
from infra24.orgs.history import KINDS, LONGEST_ACTION, SOURCES, AuditFilter
from infra24.orgs.models import ROLE_NAMES, Member, Organisation
from infra24.orgs.policies import SCOPES, Role, may_grant
from infra24.orgs.queries import members_for

SCOPE_LABELS = {
    "bookings:read": _("See bookings and the calendar"),
    "bookings:write": _("Book, change and decide"),
    "resources:read": _("See resources and when they are free"),
    "resources:write": _("Change resources, rules, closures and qualifications"),
    "people:read": _("See people"),
    "people:write": _("Write people down"),
    "members:read": _("See members, invitations and tokens"),
    "members:write": _("Invite and change members, make tokens"),
    "outbox:read": _("See deliveries"),
    "outbox:write": _("Repeat and discard deliveries"),
    "webhooks:read": _("See webhooks"),
    "webhooks:write": _("Set up webhooks"),
}


def grantable(member: Member) -> list[tuple[str, str]]:
    """The roles the member may give, as choices."""
    return [(role.value, str(ROLE_NAMES[role])) for role in Role if may_grant(by=member.rank, role=role)]


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """allauth's form in the house's words, without a second name for each field inside it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"].label = _("E-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), initial=Role.MEMBER.value)

    def __init__(self, *args: Any, by: Member, **options: Any) -> None:
        super().__init__(*args, **options)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = grantable(by)


class NameForm(forms.Form):
    """Who joins and has no account yet."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(scope, SCOPE_LABELS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    last_on = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave empty for a token that works until it is revoked."),
    )

    def expires_at(self, organisation: Organisation) -> datetime | None:
        """The end of the last day in the organisation's zone."""
        last_on = self.cleaned_data["last_on"]
        if last_on is None:
            return None
        return day_span(last_on, organisation.time_zone)[1]


class AuditForm(forms.Form):
    """What the log is narrowed to. What makes no sense is left out, and said beside its field."""

    member = forms.ModelChoiceField(
        label=_("Who"), required=False, queryset=Member.objects.none(), empty_label=_("Everybody")
    )
    kind = forms.ChoiceField(label=_("About"), required=False, choices=[("", _("Everything")), *KINDS.items()])
    action = forms.CharField(
        label=_("What"), required=False, max_length=LONGEST_ACTION, widget=forms.TextInput({"placeholder": "booking."})
    )
    source = forms.ChoiceField(label=_("Came by"), required=False, choices=[("", _("All")), *SOURCES.items()])
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, viewer: Member, zone: str) -> None:
        super().__init__(data)
        self.zone = zone
        member: Any = self.fields["member"]
        member.queryset = members_for(viewer).order_by("user__name", "user__email", "id")
        member.label_from_instance = lambda found: str(found.user)
        self.is_valid()

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def to_filter(self) -> AuditFilter:
        data = self.cleaned_data
        member, since, until = data.get("member"), data.get("since"), data.get("until")
        return AuditFilter(
            member_id=member.pk if member else None,
            source=data.get("source", ""),
            kind=data.get("kind", ""),
            action=data.get("action", ""),
            subject_id=data.get("subject"),
            since=day_span(since, self.zone)[0] if since else None,
            until=day_span(until, self.zone)[1] if until else None,
        )
