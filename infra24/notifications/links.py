"""The address in a mail at which its reader says that they want no more of its kind. The address is the credential."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from infra24.notifications.errors import LinkInvalid
from infra24.notifications.messages import MESSAGES
from infra24.notifications.policies import Message
from infra24.orgs.keys import digest, mailed_secret
from infra24.orgs.models import Key, Organisation


class Stop(NamedTuple):
    """What such an address is about: who wants no more of what."""

    recipient: UUID
    message: Message


def stop_url(organisation: Organisation, recipient: UUID, message: Message, *, now: datetime) -> str:
    """The address for one recipient and message; always the same one, and made when it is first needed.

    Its key never expires: people unsubscribe from mails they find after years.
    """
    key_id = uuid5(organisation.pk, f"stop:{recipient}:{message}")
    secret = mailed_secret(key_id)
    Key.objects.get_or_create(
        pk=key_id,
        defaults={
            "org_id": organisation.pk,
            "kind": Key.Kind.MAIL_LINK,
            "sha256": digest(secret),
            "name": message.value,
            "hint": secret[:8],
            "subject_id": recipient,
            "created_at": now,
        },
    )
    return f"{settings.BASE_URL}{reverse('mail_stop', kwargs={'org': organisation.slug, 'secret': secret})}"


def stop_behind(org_id: UUID, secret: str) -> Stop:
    """What an address is about. Raises LinkInvalid."""
    key = Key.objects.filter(org_id=org_id, kind=Key.Kind.MAIL_LINK, sha256=digest(secret)).first()
    if key is None or not key.is_live(timezone.now()) or key.subject_id is None or key.name not in MESSAGES:
        raise LinkInvalid
    return Stop(key.subject_id, Message(key.name))
