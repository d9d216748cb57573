"""The generated client as the tests use it: typed functions over real HTTP, and nothing in an answer unread."""

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

from infra24.config.openapi import operations_in
from launch.client import PACKAGE

PATIENCE_SECONDS = 60
_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


@dataclass(frozen=True)
class Package:
    """The generated package. Its types are known only once it has been made."""

    folder: Path
    document: Mapping[str, Any]
    models: Any
    functions: Mapping[str, Any]
    """The module of every operation, by the operation's id."""

    @staticmethod
    def in_folder(folder: Path) -> "Package":
        sys.path.insert(0, str(folder))
        return Package(
            folder=folder,
            document=json.loads((folder / "openapi.json").read_text()),
            models=importlib.import_module(f"{PACKAGE}.models"),
            functions=dict(_functions(importlib.import_module(f"{PACKAGE}.api"))),
        )

    def caller(self, site: str, token: str) -> "Caller":
        """Whoever holds the token."""
        client = importlib.import_module(PACKAGE).AuthenticatedClient(
            base_url=site, token=token, timeout=PATIENCE_SECONDS, raise_on_unexpected_status=True
        )
        return Caller(self, client)


def _functions(api: ModuleType) -> Iterator[tuple[str, Any]]:
    for tag in pkgutil.iter_modules(api.__path__):
        group = importlib.import_module(f"{api.__name__}.{tag.name}")
        for operation in pkgutil.iter_modules(group.__path__):
            yield operation.name, importlib.import_module(f"{group.__name__}.{operation.name}")


class Refused(Exception):
    """The answer was a problem."""

    def __init__(self, problem: Any) -> None:
        self.problem = problem
        super().__init__(f"{problem.status} {problem.code}: {problem.detail} {problem.fields.to_dict()}")

    @property
    def told(self) -> tuple[int, str]:
        """Status and code."""
        return self.problem.status, self.problem.code


@dataclass
class Caller:
    """Calls an operation by its id: `alice.show_person(person_id)`.

    Answers the parsed shape, or raises Refused. An answer the document does not
    describe fails the test: another status, a missing field, an unknown one.
    """

    package: Package
    client: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the latest answer."""

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation not in self.package.functions:
            raise AttributeError(operation)

        def call(*path: Any, **parameters: Any) -> Any:
            answer = self.package.functions[operation].sync_detailed(*path, client=self.client, **parameters)
            self.headers = answer.headers
            assert str(int(answer.status_code)) in _expected(self.package.document, operation), answer
            assert (answer.parsed is None) == (answer.status_code in _WITHOUT_BODY), answer
            assert list(_unknown(answer.parsed, operation)) == []
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                raise Refused(answer.parsed)
            return answer.parsed

        return call


def _expected(document: Mapping[str, Any], name: str) -> set[str]:
    return next(
        set(each["responses"]) for _path, _method, each in operations_in(document) if each["operationId"] == name
    )


def _unknown(value: Any, path: str) -> Iterator[str]:
    """Where the answer says more than the document knows of."""
    if isinstance(value, list):
        for position, each in enumerate(value):
            yield from _unknown(each, f"{path}.{position}")
    elif hasattr(value, "__attrs_attrs__"):
        names = [attribute.name for attribute in value.__attrs_attrs__ if attribute.name != "additional_properties"]
        if names:  # else an object of free form
            yield from (f"{path}.{name}" for name in getattr(value, "additional_properties", ()))
        for name in names:
            yield from _unknown(getattr(value, name), f"{path}.{name}")
