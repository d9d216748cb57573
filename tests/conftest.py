"""Every test runs on real PostgreSQL as the app role, so row-level security is always on."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.db import connections
from django.test import TransactionTestCase, override_settings

from infra24.core.catalogues import compile_catalogues
from tests.database import TestDatabase, prepare
from tests.running import web

# The same examples every time, and no verdict by the clock: the machine may be busy.
hypothesis.settings.register_profile(
    "house", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def database(worker_id: str) -> TestDatabase:
    """This process's clone."""
    return prepare("main" if worker_id == "master" else worker_id)


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The xdist worker's name, or `master` without xdist."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "master"))


@pytest.fixture(scope="session")
def django_db_setup(database: TestDatabase, django_db_blocker: Any) -> Iterator[None]:
    """Point Django at the clone, as the app role; let committing tests clean up as the owner."""
    settings = connections["default"].settings_dict
    app = database.app
    settings.update(NAME=app["dbname"], USER=app["user"], PASSWORD=app["password"], HOST=app.get("host", ""))
    settings["PORT"] = str(app.get("port", ""))
    # A checkout compiles its translations when it is installed; tests do not rely on when that was.
    list(compile_catalogues())
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: database.empty())
    with django_db_blocker.unblock():
        yield
        connections.close_all()
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Pictures of tests are nobody's: they lie in a folder that goes."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(scope="session")
def site(database: TestDatabase, django_db_setup: None) -> Iterator[str]:
    """Address of the product's own web server on this process's clone; one for the whole suite."""
    with web(database) as address:
        yield address
