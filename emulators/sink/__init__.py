"""A receiver of webhooks that keeps books: what reached it, what it did, what came twice or in the wrong order.

Tests and measurements send to it and ask it afterwards. What it counts and how
to make it fail on request is written down in docs/reference/sink.md.

    python -m emulators.sink --port 8102 --state var/sink.log

From a test: `with running(tmp_path / "sink.log") as url: ...` from `emulators.sink.server`.
"""
