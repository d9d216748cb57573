"""How a checkout becomes a running installation: packages, database, processes. Standard library only."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python is told
    sys.exit(
        "Infra24 needs Python 3.11 or newer; {} is {}.{}.\n"
        "Install one (Debian 12: apt-get install python3 python3-venv) or name it: PYTHON=python3.12 make run".format(
            sys.executable, *sys.version_info[:2]
        )
    )
