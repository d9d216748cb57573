"""The reference says what the code says."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import TextChoices

from infra24.bookings.models import Status, Visibility
from infra24.bookings.policies import STEPS
from infra24.outbox.models import Delivery, Destination
from infra24.resources.policies import DEFAULTS, Rules
from tests.docs import facts_page, rules_schema
from tests.docs.pages import ROOT, fences_of, read, table_under


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


# --- Configuration -----------------------------------------------------------------

NAME = re.compile(r"INFRA24_[A-Z0-9_]+")
ASKED = re.compile(r"""environ(?:\.get\(|\[)["']([A-Z0-9_]+)["']""")
NOT_OURS = {"PATH", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def variables_read() -> set[str]:
    """Names the code asks the environment for, and those that make passes on."""
    found: set[str] = set()
    for file in [ROOT / "manage.py", *python_files("infra24", "launch", "bench", "tests")]:
        if "docs" in file.parts:
            continue
        source = file.read_text()
        found |= set(ASKED.findall(source))
        constants = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
        found |= {text for text in constants if isinstance(text, str) and NAME.fullmatch(text)}
    makefile = read("Makefile")
    found |= set(NAME.findall(makefile)) | set(re.findall(r"^([A-Z]+) \?=", makefile, re.MULTILINE))
    return found - NOT_OURS


def test_every_environment_variable_is_documented_and_no_other() -> None:
    page = read("docs/reference/configuration.md")
    first_cells = re.findall(r"^\| (`.+?) \|", page, re.MULTILINE)
    documented = {name for cell in first_cells for name in re.findall(r"`([A-Z0-9_]+)`", cell)}

    assert documented == variables_read()


# --- Rules ---------------------------------------------------------------------------


def test_the_published_schema_of_rules_is_the_schema() -> None:
    """Otherwise write it anew: `.venv/bin/python -m tests.docs.rules_schema`."""
    assert rules_schema.FILE.read_text() == rules_schema.text()


def test_the_table_of_rules_names_every_value_with_its_limits_and_default() -> None:
    schema = Rules.model_json_schema()["properties"]
    defaults = DEFAULTS.model_dump(exclude={"schema_version"})

    for name, limits, default, _meaning in table_under("docs/reference/rules.md", "## Values"):
        value = defaults.pop(name)
        if name != "weekly":  # said in words
            assert (name, limits.replace("`", "")) == (name, _limits(name, schema[name]["anyOf"][0]))
            assert (name, default.strip("`")) == (name, json.dumps(value).strip('"') if value or value == 0 else "none")
    assert defaults == {}


def _limits(name: str, schema: dict[str, Any]) -> str:
    """Unit and limits, or the choices."""
    if schema.get("type") == "boolean":
        return "true, false"
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "oneOf" in schema:
        return f"{_limits(name, schema['oneOf'][0])}, or an object"
    if "maxItems" in schema:
        return f"a list, at most {schema['maxItems']}"
    return f"{name.rpartition('_')[2]}, {schema['minimum']} to {schema['maximum']}"


def test_the_example_of_rules_is_taken() -> None:
    (example, *_) = [fence.text for fence in fences_of(ROOT / "docs/reference/rules.md") if fence.language == "json"]

    assert Rules.model_validate_json(example).slot_minutes == 30


# --- Facts ---------------------------------------------------------------------------


def test_the_published_catalogue_of_facts_is_the_catalogue() -> None:
    """Otherwise write it anew: `.venv/bin/python -m tests.docs.facts_page`."""
    assert facts_page.FILE.read_text() == facts_page.text()
    assert facts_page.SCHEMA_FILE.read_text() == facts_page.schemas()


# --- Reasons -------------------------------------------------------------------------


def codes_given() -> set[str]:
    """The code in every `Reason(code, …)`, and in the engine's `_reason(resource, code, …)`."""
    place = {"Reason": 0, "_reason": 1}
    calls = (
        node
        for file in python_files("infra24/resources/policies", "infra24/bookings")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in place
    )
    codes = (call.args[place[ast.unparse(call.func)]] for call in calls if call.args)
    return {node.value for node in codes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_reason_has_a_cure_and_no_other_is_told_of() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", read("docs/reference/reasons.md"), re.MULTILINE)

    assert set(rows) == codes_given()


# --- States ----------------------------------------------------------------------------


def states(choices: type[TextChoices]) -> set[str]:
    return {str(value) for value in choices.values}


def test_the_table_of_states_is_complete() -> None:
    documented = {
        row[0]: set(re.findall(r"`(\w+)`", row[1])) for row in table_under("docs/reference/glossary.md", "## States")
    }

    assert documented == {
        "booking.status": states(Status),
        "booking.outcome": {"attended", "no_show"},
        "booking.visibility": states(Visibility),
        "delivery.status": states(Delivery.Status),
        "destination.state": states(Destination.State),
    }
    assert {after for steps in STEPS.values() for after in steps} <= documented["booking.status"]


# --- Dependencies ----------------------------------------------------------------------


def test_the_reason_for_every_direct_dependency_is_written_down() -> None:
    wanted = {
        re.split(r"[\[<>=]", line)[0].strip()
        for file in (ROOT / "requirements").glob("*.in")
        for line in file.read_text().splitlines()
        if line and not line.startswith(("#", "-"))
    }
    package = json.loads(read("frontend/package.json"))
    wanted |= {name.split("/")[0] for name in [*package["dependencies"], *package["devDependencies"]]}
    told = read("docs/decisions/0007-dependencies.md").lower()

    assert {name for name in wanted if name.lower() not in told} == set()
