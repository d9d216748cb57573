"""`python -m emulators.bloomerang`: the demo CRM on one port, until it is told to stop."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from emulators.bloomerang.server import DEFAULT_KEY, Server
from emulators.bloomerang.store import StateUnusable, Store


def main() -> int:
    """Prints `listening on http://127.0.0.1:PORT` once ready. Exit code 1 with a sentence when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m emulators.bloomerang", description="A stand-in for Bloomerang.")
    parser.add_argument("--port", type=_port, default=8101, help="on 127.0.0.1; 0 takes a free one (default: 8101)")
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that holds everything; made if missing")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the X-API-KEY callers must send (default: %(default)s)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s crm-emulator %(message)s")
    for stop in (signal.SIGTERM, signal.SIGINT):  # a shell's background job would ignore the latter
        signal.signal(stop, lambda _signal, _frame: sys.exit(0))
    try:
        state = Store(arguments.state)
    except StateUnusable as error:
        print(error, file=sys.stderr)
        return 1
    try:
        with Server(state, port=arguments.port, key=arguments.key) as server:
            print(f"listening on {server.url}", flush=True)
            server.serve_forever()
    except OSError as error:
        print(f"Port {arguments.port}: {error.strerror}. Choose another with --port.", file=sys.stderr)
        return 1
    finally:
        state.close()
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is between 0 and 65535")
    return port


if __name__ == "__main__":
    sys.exit(main())
