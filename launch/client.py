"""`.venv/bin/python -m launch.client [folder]`: a typed Python client, made from the OpenAPI document.

Needs the development dependencies. What it writes is made anew whenever the API
changes, and kept in no repository.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import django

from launch.files import CHECKOUT, data_folder, make_data_folder
from launch.supervisor import CommandFailed

PACKAGE = "infra24_client"
SETTINGS = CHECKOUT / "launch" / "client.yml"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m launch.client", description="Make a Python client of the API.")
    parser.add_argument("folder", nargs="?", type=Path, help="where to; by default `client` in the data folder")
    try:
        folder = (parser.parse_args().folder or data_folder() / "client").resolve()
        make_data_folder(data_folder())
        generate(describe(), folder)
    except (CommandFailed, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"The client is in {folder}; docs/guides/client.md says how to use it.")
    return 0


def describe() -> bytes:
    """The OpenAPI document of this checkout, the same as `/api/openapi.json` of a running installation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")
    django.setup()
    from infra24.config.api import api
    from infra24.core.codec import encode

    return encode(api.get_openapi_schema())


def generate(document: bytes, folder: Path) -> None:
    """Write the document and a project with the package `infra24_client` into `folder`, in place of what was there.

    Raises CommandFailed when the folder holds anything else; and with the generator's words when it fails, or
    leaves out any part of the document.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / PACKAGE).is_dir():
        raise CommandFailed(f"{folder} holds other things, which would be overwritten. Name an empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    described = folder / "openapi.json"
    described.write_bytes(document)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--config", str(SETTINGS)]
    command += ["--path", str(described), "--output-path", str(folder), "--overwrite", "--meta", "setup"]
    # The generator calls ruff, which lies beside the interpreter.
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [*command, "--fail-on-warning"], env={**os.environ, "PATH": tools}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandFailed((done.stdout + done.stderr)[-4000:].strip())


if __name__ == "__main__":
    sys.exit(main())
