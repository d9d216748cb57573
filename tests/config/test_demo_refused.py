"""Whose database the demo does not enter."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from infra24.orgs.models import Organisation
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("demo", "production"), [(False, False), (True, True)])
def test_only_a_demo_installation_is_filled(settings: Settings, tmp_path: Path, demo: bool, production: bool) -> None:
    settings.DEMO, settings.PRODUCTION, settings.VAR_DIR = demo, production, tmp_path
    with pytest.raises(CommandError, match="Set INFRA24_DEMO=1"):
        call_command("seed_demo")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_serves_others_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    make.organisation(slug="somebody-s")
    with pytest.raises(CommandError, match="already serves other organisations \\(somebody-s\\)"):
        call_command("seed_demo")
    assert [organisation.slug for organisation in Organisation.objects.all()] == ["somebody-s"]
