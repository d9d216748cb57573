"""`python3 -m launch run|dev|stop|reset-demo`: what the Makefile calls.

Any Python 3.11 will do to call it: `run` and `dev` install the checkout's own
environment first and go on with that. Called with the environment's Python
they take it for installed.
"""

import argparse
import os
import sys
from pathlib import Path

from launch.bootstrap import BootstrapError, Checkout, bootstrap
from launch.cluster import PostgresError
from launch.installation import Installation, RunError, reset, run, stop
from launch.supervisor import CommandFailed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m launch", description="Run Infra24 from this checkout.")
    parser.add_argument("action", choices=["run", "dev", "stop", "reset-demo"])
    action = parser.parse_args().action
    try:
        here = Installation.from_environment()
        if action in {"run", "dev"}:
            _continue_in_environment(here.checkout)
            run(here, dev=action == "dev")
        elif action == "stop":
            print("Stopped." if stop(here) else "Nothing was running.")
        elif _may_reset(here):
            reset(here)
            print(f"The demo's data in {here.var} is gone; `make run` makes new ones.")
    except (BootstrapError, CommandFailed, OSError, PostgresError, RunError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _continue_in_environment(checkout: Checkout) -> None:
    if Path(sys.prefix) == checkout.venv:
        return
    bootstrap(checkout)
    os.chdir(checkout.root)
    os.execv(checkout.python, [str(checkout.python), "-m", "launch", *sys.argv[1:]])  # noqa: S606


def _may_reset(here: Installation) -> bool:
    if not here.embedded:
        print("DATABASE_URL names a PostgreSQL of its own, which stays as it is; only files are deleted.")
    if os.environ.get("YES") == "1":
        return True
    if not sys.stdin.isatty():
        print("Nobody can be asked here. To delete the demo's data without a question: YES=1 make reset-demo")
        return False
    return input(f"Delete the demo's data in {here.var}? [y/N] ").strip().lower() in {"y", "yes"}


if __name__ == "__main__":
    sys.exit(main())
