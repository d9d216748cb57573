"""A client of the API, generated once for a document, and the cast with their tokens."""

import fcntl
import hashlib
import importlib
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pytest

from infra24.orgs.models import Member
from launch.client import PACKAGE, SETTINGS, describe, generate
from tests import make
from tests.client.calling import Caller, Package
from tests.database import TestDatabase
from tests.isolation.world import World, build


@pytest.fixture(scope="session")
def package(database: TestDatabase) -> Package:
    """The client of the API as it is now; made by the first process that asks, and kept for the next run."""
    document = describe()
    folder = database.var / "client" / _digest(document)
    folder.parent.mkdir(exist_ok=True)
    with (database.var / "client.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for older in folder.parent.iterdir():
                shutil.rmtree(older)
            fresh = folder.with_suffix(".fresh")
            generate(document, fresh)
            fresh.rename(folder)
    return Package.in_folder(folder)


@pytest.fixture(scope="session")
def client_types(package: Package) -> Any:
    """What the client sends and gives besides shapes: files."""
    return importlib.import_module(f"{PACKAGE}.types")


def _digest(document: bytes) -> str:
    """Changes with the document, and with how it is made into a client."""
    parts = (document, SETTINGS.read_bytes(), version("openapi-python-client").encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


@dataclass(frozen=True)
class House:
    """The furnished house of the isolation walk, and everybody in it with a token."""

    world: World
    dana: Caller
    """Admin."""
    alice: Caller
    """Staff."""
    bob: Caller
    """Member; the booking is his."""
    charlie: Caller
    """Admin of another organisation."""


@pytest.fixture
def house(transactional_db: None, site: str, package: Package) -> House:
    world = build()

    def caller(name: str) -> Caller:
        member = world.callers[name]
        assert isinstance(member, Member)
        return package.caller(site, make.token(member))

    return House(world, *(caller(name) for name in ("admin", "staff", "member", "foreign")))
