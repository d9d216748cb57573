"""`python -m emulators.sink`: the sink on one port, until it is told to stop."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from emulators.sink.books import StateUnusable
from emulators.sink.server import serve


def main() -> int:
    """Prints `listening on http://127.0.0.1:PORT` once ready. Exit code 1 with a sentence when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m emulators.sink", description="A receiver that keeps books.")
    parser.add_argument("--port", type=_port, default=8102, help="on 127.0.0.1; 0 takes a free one (default: 8102)")
    parser.add_argument("--state", type=Path, required=True, help="file that everything is written to; made if missing")
    parser.add_argument("--seed", type=int, help="makes the faults of a run the same as those of another")
    arguments = parser.parse_args()
    try:
        asyncio.run(_serve(arguments))
    except StateUnusable as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Port {arguments.port}: {error.strerror}. Choose another with --port.", file=sys.stderr)
        return 1
    return 0


async def _serve(arguments: argparse.Namespace) -> None:
    task = asyncio.current_task()
    if task is not None:
        for stop in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(stop, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serve(
            arguments.state,
            port=arguments.port,
            seed=arguments.seed,
            told=lambda url: print(f"listening on {url}", flush=True),
        )


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is between 0 and 65535")
    return port


if __name__ == "__main__":
    sys.exit(main())
