"""The API does what its document says, whatever is sent: fixed seed, a bounded number of examples.

Each example is undone before the next, so that none depends on what another left behind.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra24.config.api import api
from tests import make
from tests.isolation.world import World, build

EXAMPLES = 25
MACHINERY = {400, 405, 411, 413, 500, 503}
"""Statuses that `default` stands for; every other is named with the operation."""


def status_is_named(ctx: Any, response: Any, case: Any) -> None:
    """`default` documents a status without telling anybody to expect it."""
    named = {int(status) for status in case.operation.definition.raw["responses"] if str(status) != "default"}
    assert response.status_code in named | MACHINERY, f"{response.status_code} is not among the statuses to expect"


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    status_is_named,
]
config = schemathesis.Config()
config.projects.default.generation.update(with_security_parameters=False)  # the token is ours to give
# A version that never was may be refused before the rest of the request is read.
rejection = config.projects.default.checks.negative_data_rejection
rejection.expected_statuses = [*rejection.expected_statuses, "412"]
schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()), config=config)
schema.app = get_wsgi_application()


@pytest.fixture(scope="module")
def admin(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, str]]:
    """A furnished organisation and the token of its admin, in a transaction that is never committed."""
    # As Django's own test client does: a request would close the connection the transaction is on.
    for signal in (request_started, request_finished):
        assert signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        world = build()
        dana = world.callers["admin"]
        assert dana is not None
        yield world, make.token(dana)
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_documented(case: Any, admin: tuple[World, str]) -> None:
    world, token = admin
    # Half of the good addresses lead somewhere, so that more than "not found" is tried.
    place = case.meta.components.get(ParameterLocation.PATH)
    if place and place.mode.is_positive and case.path_parameters and str(case.path_parameters).count("0") % 2:
        case.path_parameters = {name: str(world.ids[name]) for name in case.path_parameters}
    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
        transaction.set_rollback(True)
