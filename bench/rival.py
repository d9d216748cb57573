"""The same deliveries by Procrastinate, an established queue on PostgreSQL: same bytes, signatures and HTTP client.

`python -m bench.rival` reads what to do as one line of JSON, fills its queue,
says `ready`, and works from the next line until it is ended. It has a database of
its own.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate import App, PsycopgConnector

from infra24.core.calling import Caller
from infra24.core.guarding import Guard
from infra24.webhooks.signing import new_secret, signed_headers

BATCH = 1000


async def work(wish: dict[str, Any]) -> None:
    app = App(connector=PsycopgConnector(conninfo=wish["conninfo"], min_size=1, max_size=8))
    caller = Caller(patience=timedelta(seconds=15), most_read=2000, user_agent="Procrastinate")
    within, secret = Guard(ports=(443,), inside=(wish["sink"],)), new_secret()

    @app.task(name="post", retry=12)
    async def post(path: str, key: str, body: str) -> None:
        content = body.encode()
        headers = signed_headers(content, message_id=key, at=datetime.now(UTC), secrets=[secret])
        answer = await caller.post(wish["sink"] + path, content, headers=headers, guard=within)
        if answer.status >= 300:
            raise RuntimeError(str(answer.status))

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for first in range(0, wish["jobs"], BATCH):
            jobs = [_job(number, wish) for number in range(first, min(first + BATCH, wish["jobs"]))]
            if wish["in_order"]:  # a lock keeps those of one subject apart, and in their order
                await asyncio.gather(
                    *(app.configure_task("post", lock=job["lock"]).defer_async(**job["args"]) for job in jobs)
                )
            else:
                await post.batch_defer_async(*(job["args"] for job in jobs))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await app.run_worker_async(concurrency=wish["concurrency"], install_signal_handlers=True)


def _job(number: int, wish: dict[str, Any]) -> dict[str, Any]:
    house, subject = number % wish["organisations"], number % wish["subjects"]
    data = {
        "organisation_id": f"rival-{house}",
        "subject_id": f"subject-{subject}",
        "number": number // wish["subjects"] + 1,
        "version": 1,
        "values": {},
    }
    body = json.dumps({"type": "assignment.changed", "timestamp": "2026-12-01T10:00:00Z", "data": data})
    key = f"{wish['name']}-{number}"
    return {"lock": f"{house}-{subject}", "args": {"path": f"/rival/{house}", "key": key, "body": body}}


if __name__ == "__main__":
    asyncio.run(work(json.loads(sys.stdin.readline())))
