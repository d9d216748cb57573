"""Telling endpoints what happened: signed, to a checked address, and never following where it points."""

import asyncio
import contextvars
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.core.calling import Answer, Caller, CallFailed
from infra24.core.codec import encode
from infra24.core.guarding import Guard
from infra24.core.sealing import unseal
from infra24.facts.catalogue import CATALOGUE
from infra24.facts.events import body_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import ConnectionBroken, DeliveryFailure, Gone, Throttled, TransientFailure
from infra24.outbox.reactions import MOST_KEPT, Exchange, Job
from infra24.webhooks import services
from infra24.webhooks.guard import guard, shown_url
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import Step, step_for
from infra24.webhooks.services.testing import PROOF
from infra24.webhooks.signing import signed_headers

PATIENCE = timedelta(seconds=15)
MOST_SHOWN = 500
"""Characters of an answer that are shown to the organisation."""
UNTOLD_REST = timedelta(minutes=1)
"""After “too many requests” without a word on how long."""
_READ = """
    SELECT delivery_id, endpoint_id, url, sealed_secret, sealed_previous, previous_until, proved_at, warned_at,
           failing_since
      FROM leased_endpoints(%s::uuid[], %s::uuid[])
"""

CALLER = Caller(patience=PATIENCE, most_read=4 * MOST_SHOWN, user_agent="Infra24-Webhooks (Standard Webhooks 1.0.0)")
_DATABASE = ThreadPoolExecutor(1, thread_name_prefix="webhooks")
"""For the few deliveries that change how their endpoint stands. The loop itself never waits for the database."""


class Target(NamedTuple):
    """An endpoint, as `leased_endpoints` tells of it."""

    endpoint_id: UUID
    url: str
    sealed_secret: str
    sealed_previous: str
    previous_until: datetime | None
    proved_at: datetime | None
    warned_at: datetime | None
    failing_since: datetime | None


@dataclass(frozen=True)
class Outgoing:
    """A message and where it goes."""

    endpoint_id: UUID
    url: str
    secrets: Sequence[str]
    body: bytes
    is_trouble_due: bool = False
    """Whether one more failure makes a warning, or the end, due."""


class WebhookSender:
    """An `outbox.reactions.Sender` of facts."""

    def __init__(self, caller: Caller = CALLER, within: Callable[[], Guard] = guard) -> None:
        self._post = partial(_post, caller, within)

    def load(self, jobs: Sequence[Job]) -> Mapping[UUID, Outgoing | DeliveryFailure]:
        """One statement for however many: what a lease lets see is said in `sql/leases.sql`."""
        with connection.cursor() as cursor:
            cursor.execute(_READ, [[job.delivery_id for job in jobs], [job.lease for job in jobs]])
            found = {row[0]: Target(*row[1:]) for row in cursor.fetchall()}
        unsealed = cache(unseal)  # of many deliveries to one endpoint, opened once
        return {job.delivery_id: _outgoing(job, found.get(job.delivery_id), unsealed) for job in jobs}

    async def send(self, job: Job, loaded: Outgoing) -> str:
        """Post it. Raises Gone, Throttled or TransientFailure for whatever is not answered by a 2xx."""
        try:
            return _said(await self._post(job, loaded))
        except Gone:
            end = partial(services.disable_endpoint, job.org_id, loaded.endpoint_id, url=loaded.url, now=job.now)
            await _in_database(job.org_id, end)
            raise
        except TransientFailure:
            if loaded.is_trouble_due:
                look = partial(services.look_after, job.org_id, now=job.now, endpoint_id=loaded.endpoint_id)
                await _in_database(job.org_id, look)
            raise


class ProbeSender:
    """An `outbox.reactions.Sender` of proofs and tests, whose subject is the endpoint. Each is tried once."""

    def __init__(self, caller: Caller = CALLER, within: Callable[[], Guard] = guard) -> None:
        self._post = partial(_post, caller, within)

    def load(self, jobs: Sequence[Job]) -> Mapping[UUID, Outgoing | DeliveryFailure]:
        """One after the other: there is hardly ever more than one."""
        loaded = {}
        for job in jobs:
            with acting_for(job.org_id), override(job.organisation.locale):
                endpoint = Endpoint.objects.filter(org_id=job.org_id, pk=job.subject_id).first()
                loaded[job.delivery_id] = _test(job, endpoint)
        return loaded

    async def send(self, job: Job, loaded: Outgoing) -> str:
        """Post it and note the answer, whichever it is: somebody looks at the page and waits for it."""
        try:
            answer, is_good = _said(await self._post(job, loaded)), True
        except DeliveryFailure as failure:
            answer, is_good = failure.note, False
        note = partial(
            services.note_answer,
            job.org_id,
            loaded.endpoint_id,
            fact_type=job.fact_type,
            url=loaded.url,
            is_good=is_good,
            answer=answer,
            now=timezone.now(),
        )
        await _in_database(job.org_id, note)
        return answer


def _outgoing(job: Job, target: Target | None, unsealed: Callable[[str], str]) -> Outgoing | DeliveryFailure:
    with override(job.organisation.locale):
        if target is None:
            return Gone(_("The webhook was taken away."))
        if target.proved_at is None:
            # Somebody resumed it at the console: nothing leaves before the address is proved.
            return ConnectionBroken(_("Not proved yet."))
    body = body_of(
        CATALOGUE[job.fact_type],
        org_id=job.org_id,
        subject_id=job.subject_id,
        number=job.number,
        version=job.version,
        data=job.data,
        recorded_at=job.recorded_at,
    )
    step = step_for(failing_since=target.failing_since, warned_at=target.warned_at, now=job.now)
    sealed = [target.sealed_secret]
    if target.previous_until is not None and job.now < target.previous_until:
        sealed.append(target.sealed_previous)
    return Outgoing(
        endpoint_id=target.endpoint_id,
        url=target.url,
        secrets=[unsealed(each) for each in sealed],
        body=encode(body),
        is_trouble_due=step is not Step.NOTHING,
    )


def _test(job: Job, endpoint: Endpoint | None) -> Outgoing | DeliveryFailure:
    if endpoint is None:
        return Gone(_("The webhook was taken away."))
    body = {
        "type": "endpoint.proof" if job.fact_type == PROOF else "endpoint.test",
        "timestamp": job.now,
        "data": {
            "organisation_id": job.org_id,
            "subject_id": endpoint.pk,
            "number": job.number,
            "version": 1,
            "values": {},
        },
    }
    return Outgoing(endpoint.pk, endpoint.url, endpoint.secrets_at(job.now), encode(body))


async def _post(caller: Caller, guarded: Callable[[], Guard], job: Job, out: Outgoing) -> int:
    """The status of a good answer; raises a DeliveryFailure for all else. Either way the exchange is kept."""
    headers = {
        "Content-Type": "application/json",
        # The attempt's own time by the clock on the wall: it is what receivers compare with theirs.
        **signed_headers(out.body, message_id=str(job.fact_id), at=timezone.now(), secrets=out.secrets),
    }
    began, answer = time.monotonic(), None
    within = guarded()
    try:
        answer = await caller.post(out.url, out.body, headers=headers, guard=within)
    except CallFailed as failed:
        raise TransientFailure(_unanswered(failed.code)) from failed
    finally:
        job.exchanges.append(
            Exchange(
                method="POST",
                url=shown_url(out.url),
                status=None if answer is None else answer.status,
                request=out.body.decode()[:MOST_KEPT],
                # What a server inside our own network says is not for everybody.
                response="" if answer is None or within.is_inside(out.url) else _excerpt(answer),
                milliseconds=round(1000 * (time.monotonic() - began)),
            )
        )
    if failure := _failure(answer, now=timezone.now()):
        raise failure
    return answer.status


def _failure(answer: Answer, *, now: datetime) -> DeliveryFailure | None:
    """What an answer other than 2xx asks for. Receivers mend themselves, so most are tried again."""
    status, asked = answer.status, _retry_after(answer.headers.get("retry-after", ""), now=now)
    words = {"status": status}
    if 200 <= status < 300:
        return None
    if status == 410:
        return Gone(_("It answered that it is gone for good (410). The webhook was ended."))
    if status == 429 or (asked is not None and status in (502, 503, 504)):
        return Throttled(_("It asked us to slow down (%(status)s).") % words, retry_after=asked or UNTOLD_REST)
    if 300 <= status < 400:
        return TransientFailure(
            _("It answered %(status)s, which points elsewhere. We do not follow: give the final address.") % words
        )
    if status in (401, 403):
        return TransientFailure(
            _("It answered %(status)s. Does it check the signature over the raw body, with the right secret?") % words
        )
    return TransientFailure(_("It answered %(status)s instead of 2xx.") % words)


def _retry_after(text: str, *, now: datetime) -> timedelta | None:
    """The header's value, in seconds or as a date; None when absent or nonsense."""
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text), 10**6))
    try:
        return max(parsedate_to_datetime(text) - now, timedelta())
    except (ValueError, TypeError):
        return None


def _said(status: int) -> str:
    return _("It answered %(status)s.") % {"status": status}


def _unanswered(code: str) -> str:
    match code:
        case "refused":
            return _("Its name stands for no server, or for one in a private network, where we do not call.")
        case "timeout":
            return _("It did not answer within 15 seconds.")
        case "tls":
            return _("Its certificate is not valid for this name, or the encryption failed.")
        case "connect":
            return _("It could not be reached.")
    return _("The connection broke before it answered.")


def _excerpt(answer: Answer) -> str:
    text = answer.body.decode("utf-8", "replace")[:MOST_SHOWN]
    return "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text)


async def _in_database(org_id: UUID, act: Callable[[], object]) -> None:
    """Run in a thread, in a transaction of the organisation, in the language that is active here."""
    context = contextvars.copy_context()
    await asyncio.get_running_loop().run_in_executor(_DATABASE, context.run, _act, org_id, act)


def _act(org_id: UUID, act: Callable[[], object]) -> Any:
    close_old_connections()
    try:
        with acting_for(org_id):
            return act()
    finally:
        close_old_connections()


SENDER, PROBE_SENDER = WebhookSender(), ProbeSender()
