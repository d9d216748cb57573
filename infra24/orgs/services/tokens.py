"""API tokens: a member's stand-in, with a part of the member's rights."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.orgs import audit
from infra24.orgs.errors import ScopeNotYours, TokenNotFound, TokenUnusable, TooManyTokens
from infra24.orgs.keys import make_key
from infra24.orgs.models import Key, Member
from infra24.orgs.policies import SCOPES

MOST_TOKENS = 50


@transaction.atomic
def make_token(
    *,
    name: str,
    scopes: Collection[str],
    by: Member,
    source: str,
    expires_at: datetime | None = None,
    within: Collection[str] = SCOPES,
) -> tuple[Key, str]:
    """A token that acts for `by`; returned with its secret, which is not stored and cannot be shown again.

    `within` are the scopes of the token that makes this one, if a token does.
    Raises TokenUnusable for unknown scopes, none, or an end in the past; ScopeNotYours; TooManyTokens.
    """
    now = timezone.now()
    faults = {}
    if not scopes or not set(scopes) <= set(SCOPES):
        faults["scopes"] = _("Choose at least one of %(scopes)s.") % {"scopes": ", ".join(SCOPES)}
    if expires_at is not None and expires_at <= now:
        faults["expires_at"] = _("This lies in the past.")
    if faults:
        raise TokenUnusable(fields=faults)
    if not set(scopes) <= set(within):
        raise ScopeNotYours
    # The member's row keeps two requests from both making the fiftieth.
    Member.objects.select_for_update().get(pk=by.pk)
    if Key.objects.filter(member=by, kind=Key.Kind.TOKEN, revoked_at=None).count() >= MOST_TOKENS:
        raise TooManyTokens
    chosen = tuple(scope for scope in SCOPES if scope in scopes)
    key, secret = make_key(
        by.org_id, Key.Kind.TOKEN, now=now, name=name.strip(), member=by, scopes=chosen, expires_at=expires_at
    )
    audit.write(by.org_id, "token.make", subject_id=key.pk, by=by, source=source, now=now, after={"scopes": chosen})
    return key, secret


@transaction.atomic
def revoke_token(token: Key, *, by: Member, source: str) -> None:
    """End a token at once.

    Raises TokenNotFound when it is revoked already.
    """
    now = timezone.now()
    if not Key.objects.filter(pk=token.pk, kind=Key.Kind.TOKEN, revoked_at=None).update(revoked_at=now):
        raise TokenNotFound
    audit.write(token.org_id, "token.revoke", subject_id=token.pk, by=by, source=source, now=now)
