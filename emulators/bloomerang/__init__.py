"""The Bloomerang CRM as far as Infra24 talks to it: an HTTP server shaped by the vendor's documents.

The vendor has no sandbox, so tests and the demo talk to this instead. What it
imitates, what it assumes and how to make it fail on request is written down in
docs/reference/crm-emulator.md.

    python -m emulators.bloomerang --port 8101 --state var/crm-emulator.sqlite

From a test: `with running(tmp_path / "crm.sqlite") as url: ...` from `emulators.bloomerang.server`.
"""
