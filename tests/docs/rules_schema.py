"""The JSON Schema of availability rules, as published. Run as a module it writes the file anew."""

import json

from infra24.resources.policies import Rules
from tests.docs.pages import ROOT

FILE = ROOT / "docs" / "reference" / "rules.schema.json"


def text() -> str:
    """The schema of the stored documents, where `schema` is the version's name."""
    return json.dumps(Rules.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
