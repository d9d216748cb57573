"""What an organisation says about its mails: in which words, and whether those go out that need not."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.core.errors import Stale
from infra24.facts.services import record
from infra24.notifications.composing import Wording
from infra24.notifications.errors import MailEssential, PlaceholderUnknown, TextTooLong
from infra24.notifications.messages import MESSAGES
from infra24.notifications.models import MailSwitch, MailText
from infra24.notifications.policies import Message, unknown_placeholders
from infra24.notifications.queries import PARTS, require_language
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import Member
from infra24.orgs.policies import Role

LONGEST = {"subject": 200, "headline": 200, "lead": 2000, "footer": 1000}
"""Characters of each part, as the columns have them."""


@transaction.atomic
def save_text(
    message: Message, language: str, words: Wording, *, by: Member, source: str, version: int | None = None
) -> MailText:
    """Say a message in the organisation's own words, in one language. What is empty is said in the house's.

    Managers only. Raises LanguageUnknown, PlaceholderUnknown, TextTooLong, Stale.
    """
    _require_manager(by)
    require_language(language)
    check_words(message, words)
    return _keep(message, language, words, what="mailtext.change", by=by, source=source, version=version)


@transaction.atomic
def reset_text(message: Message, language: str, *, by: Member, source: str, version: int | None = None) -> MailText:
    """Go back to the house's words. Managers only. Raises LanguageUnknown, Stale."""
    _require_manager(by)
    require_language(language)
    nothing = Wording("", "", "")
    return _keep(message, language, nothing, what="mailtext.reset", by=by, source=source, version=version)


@transaction.atomic
def switch(message: Message, *, is_on: bool, by: Member, source: str, version: int | None = None) -> MailSwitch:
    """Send a message from now on, or no more. Managers only. Raises MailEssential, Stale."""
    _require_manager(by)
    if MESSAGES[message].is_essential:
        raise MailEssential
    now = timezone.now()
    fresh = {"is_on": True, "version": 1}
    row, _created = MailSwitch.objects.get_or_create(org_id=by.org_id, message=message, defaults=fresh)
    row = MailSwitch.objects.select_for_update().get(pk=row.pk)
    if version is not None and version != row.version:
        raise Stale
    before = {"is_on": row.is_on}
    row.is_on, row.version = is_on, row.version + 1
    row.save(update_fields=["is_on", "version"])
    about = {"message": message.value}
    record(by.org_id, "mailswitch.changed", now=now, source=source, mailswitch_id=row.pk, is_on=is_on, **about)
    audit.write(
        by.org_id,
        "mailswitch.change",
        subject_id=row.pk,
        by=by,
        source=source,
        now=now,
        before={**about, **before},
        after={**about, "is_on": is_on},
    )
    return row


def check_words(message: Message, words: Wording) -> None:
    """Raises PlaceholderUnknown and TextTooLong, naming each part at fault."""
    long = {part: limit for part, limit in LONGEST.items() if len(getattr(words, part)) > limit}
    if long:
        raise TextTooLong(fields={part: _("At most %(n)s characters.") % {"n": limit} for part, limit in long.items()})
    known = MESSAGES[message].placeholders
    faults = {}
    for part in PARTS:
        if unknown := unknown_placeholders(getattr(words, part), known=known):
            faults[part] = _("%(unknown)s means nothing here. You can write %(known)s.") % {
                "unknown": ", ".join(unknown),
                "known": ", ".join(f"{{{name}}}" for name in known),
            }
    if faults:
        raise PlaceholderUnknown(" ".join(faults.values()), fields=faults)


def _require_manager(by: Member) -> None:
    if not by.rank.includes(Role.MANAGER):
        raise RoleTooLow


def _keep(
    message: Message, language: str, words: Wording, *, what: str, by: Member, source: str, version: int | None
) -> MailText:
    now = timezone.now()
    row, _created = MailText.objects.get_or_create(
        org_id=by.org_id, message=message, language=language, defaults={"version": 1, "changed_at": now}
    )
    row = MailText.objects.select_for_update().get(pk=row.pk)
    if version is not None and version != row.version:
        raise Stale
    before = {part: getattr(row, part) for part in PARTS}
    for part in PARTS:
        setattr(row, part, getattr(words, part).strip())
    row.version, row.changed_by, row.changed_at = row.version + 1, by, now
    row.save()
    about = {"message": message.value, "language": language}
    record(by.org_id, "mailtext.changed", now=now, source=source, mailtext_id=row.pk, **about)
    audit.write(
        by.org_id,
        what,
        subject_id=row.pk,
        by=by,
        source=source,
        now=now,
        before={**about, **before},
        after={**about, **{part: getattr(row, part) for part in PARTS}},
    )
    return row
