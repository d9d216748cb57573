"""Connecting: nothing is stored before the CRM has shown that it works."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from infra24.core.errors import Infra24Error
from infra24.core.sealing import seal, unseal
from infra24.crm.errors import CrmAddressUnknown, CrmFieldMissing, CrmKeyRefused, CrmKeyUnusable, CrmUnreachable
from infra24.crm.models import CrmConnection
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Destination
from tests.crm.story import Story
from tests.database import TestDatabase

NEW = "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleTA="
OLD = "b2xkLWtleS1vbGQta2V5LW9sZC1rZXktb2xkLWtleTA="


def test_a_connection_shows_which_database_its_key_opens(story: Story) -> None:
    with acting_for(story.org.pk):
        connection = CrmConnection.objects.get()
        entry = AuditEntry.objects.get(action="crm.connect")
    assert connection.database_name == "Emulated Arts Organization"
    assert (entry.member_id, story.key in str(entry.after)) == (story.cast.alice.pk, False)


def test_the_key_is_stored_sealed(story: Story, database: TestDatabase) -> None:
    with acting_for(story.org.pk):
        sealed = CrmConnection.objects.get().sealed_key

    assert story.key not in sealed
    assert unseal(sealed) == story.key


def test_connecting_again_renews_the_connection(story: Story) -> None:
    first = story.connect()
    with acting_for(story.org.pk):
        Destination.objects.update(state="paused", paused_because="The key was refused.")

    assert story.connect().pk == first.pk
    assert (story.destination().state, story.destination().paused_because) == ("active", "")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"api_key": "wrong-key"}, CrmKeyRefused),
        ({"api_key": "pub_1234"}, CrmKeyUnusable),
        ({"api_key": "  "}, CrmKeyUnusable),
        ({"api_key": "two words"}, CrmKeyUnusable),
        ({"api_key": "schlüssel"}, CrmKeyUnusable),
        ({"api_key": "line\r\nX-Other: 1"}, CrmKeyUnusable),
        ({"base_url": "http://169.254.169.254"}, CrmAddressUnknown),
        ({"base_url": "file:///etc/passwd"}, CrmAddressUnknown),
    ],
)
def test_what_cannot_work_is_refused_and_leaves_no_trace(
    story: Story, wrong: dict[str, Any], error: type[Infra24Error]
) -> None:
    with pytest.raises(error):
        story.connect(name="Second", **wrong)

    with acting_for(story.org.pk):
        assert Destination.objects.filter(kind="crm").count() == 1


def test_a_crm_without_our_fields_is_told_which(story: Story, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as state, state:
        state.execute("DELETE FROM custom_field WHERE record_type = 'Interaction'")

    with pytest.raises(CrmFieldMissing) as refusal:
        story.connect()

    assert list(refusal.value.fields) == ["Infra24 booking"]
    assert "(Infra24 booking)" in refusal.value.detail


def test_an_answer_that_is_none_is_no_account(story: Story) -> None:
    story.fail(kind="wrong_body", match="GET /v2/customFields/*", times=1)
    with pytest.raises(CrmUnreachable):
        story.connect()


def test_a_crm_that_is_down_can_be_connected_later(story: Story) -> None:
    for fault in ({"kind": "reset"}, {"kind": "status", "status": 503}):
        story.fail(times=1, **fault)
        with pytest.raises(CrmUnreachable):
            story.connect()


def test_keys_can_be_rotated(story: Story, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    story.connect()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys")

    settings.ENCRYPTION_KEYS = [NEW]
    with acting_for(story.org.pk):
        assert unseal(CrmConnection.objects.get().sealed_key) == story.key


def test_a_lost_key_says_what_to_do(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    sealed = seal("secret")
    settings.ENCRYPTION_KEYS = [NEW]

    with pytest.raises(ImproperlyConfigured, match="rotate_keys"):
        unseal(sealed)
