"""The process that looks every night, and who hears of it."""

import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from infra24.config.subscriptions import REACTIONS
from infra24.invariants.looking import Findings, Look
from infra24.invariants.management.commands.verify_invariants import Nights
from infra24.invariants.models import Verdict
from infra24.invariants.policies import NIGHT
from infra24.invariants.services import record_verdicts
from infra24.notifications.kept_mail import kept_mails
from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from tests import make
from tests.database import ROOT, TestDatabase
from tests.invariants.copies import pointing_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kept_mail(settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND = "infra24.notifications.kept_mail.KeptMailBackend"
    settings.VAR_DIR = tmp_path
    settings.BASE_URL = "https://rooms.example.org"


def night(database: TestDatabase, organisation: Organisation, unless_hours: int | None = None, **broken: int) -> int:
    """What a look found is written down, as the owner does."""
    look = Look(timezone.now(), {organisation.pk: organisation.slug})
    look.found[organisation.pk] = Findings(rows=10)
    look.found[organisation.pk].violations.update(broken)
    since = None if unless_hours is None else timezone.now() - timedelta(hours=unless_hours)
    with pointing_at(database.owner):
        return record_verdicts(look, unless_since=since)


def verdicts(organisation: Organisation) -> list[dict[str, int]]:
    with acting_for(organisation.pk):
        return [one.violations for one in Verdict.objects.order_by("looked_at")]


def test_admins_are_told_what_is_new_and_not_every_night(database: TestDatabase) -> None:
    cast = make.cast(alice=Role.ADMIN)
    make.member(cast.house, role=Role.MANAGER, email="max@example.org")
    told = []
    for broken in ({}, {"leg_overlap": 2}, {"leg_overlap": 2}, {"leg_overlap": 1}, {}, {"leg_overlap": 1}):
        night(database, cast.house, **broken)
        deliver_due(REACTIONS)
        told.append(len(kept_mails()))

    assert told == [0, 1, 1, 2, 2, 3]
    first, *_ = reversed(kept_mails())
    assert {mail.recipients for mail in kept_mails()} == {("alice@example.org",)}
    assert first.subject == "Something in Oolite does not add up"
    assert first.text.startswith("2 things do not add up\n")
    assert "https://rooms.example.org/o/oolite/admin/integrity\n" in first.text


def test_several_hosts_give_one_verdict_a_night(database: TestDatabase) -> None:
    cast = make.cast()

    assert [night(database, cast.house, 4), night(database, cast.house, 4), night(database, cast.house)] == [1, 0, 1]
    assert len(verdicts(cast.house)) == 2


def test_two_at_once_write_once(database: TestDatabase) -> None:
    """A rival in the middle of writing is waited for, and then there is nothing left to do."""
    cast = make.cast()
    with database.as_owner() as rival, rival.transaction():
        rival.execute("SELECT pg_advisory_xact_lock(hashtextextended('verdicts', 0))")
        rival.execute(
            "INSERT INTO invariants_verdict (id, org_id, looked_at, rows, violations, information, samples)"
            " VALUES (gen_random_uuid(), %s, now(), 1, '{}', '{}', '[]')",
            [cast.house.pk],
        )
        written: list[int] = []
        waiting = threading.Thread(target=lambda: written.append(night(database, cast.house, 4)))
        waiting.start()
        waiting.join(1)
        assert written == []
    waiting.join(30)

    assert written == [0]
    assert len(verdicts(cast.house)) == 1


def test_the_app_may_neither_change_nor_delete_a_verdict(database: TestDatabase) -> None:
    cast = make.cast()
    night(database, cast.house)
    with database.as_app() as app:
        rights = app.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = 'invariants_verdict' AND grantee = current_user ORDER BY 1"
        ).fetchall()

    assert [right for (right,) in rights] == ["INSERT", "SELECT"]


def test_each_night_looks_once_and_waits_for_the_next(database: TestDatabase) -> None:
    cast = make.cast()
    nights = Nights(delay=timedelta())
    with pointing_at(database.owner):
        waits = [nights.look_if_due(timezone.now()) for _again in range(2)]

    assert verdicts(cast.house) == [{}]
    assert waits[0] == timedelta()
    assert timedelta() < waits[1] <= NIGHT


def test_the_nightly_process_ends_when_it_is_told(database: TestDatabase) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "verify_invariants", "--every-night"],
        cwd=ROOT,
        env={**database.environment(), "INFRA24_DATABASE_ROLE": "owner"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "the nightly look is ready" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 0
