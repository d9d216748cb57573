"""`demo.json`: who may sign in, and the tokens with which scripts drive the demo."""

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from infra24.config.demo.settling import PASSWORD, SOURCE, Settled
from infra24.orgs.keys import digest
from infra24.orgs.models import Key, Member
from infra24.orgs.policies import SCOPES
from infra24.orgs.services import make_token
from infra24.orgs.tenancy import acting_for

TOKEN_NAME = "Demo"


def write_sign_ins(houses: Sequence[Settled], file: Path, *, base_url: str) -> None:
    """Write the file for this address, only its owner may read it. Tokens it holds stay as long as they are good.

    `{"base_url", "organisations": [{"slug", "roles": {"admin": {"email", "password", "token"}, …}}]}`
    """
    known = _tokens_in(file)
    organisations = []
    for house in houses:
        slug = house.organisation.slug
        with acting_for(house.organisation.pk):
            tokens = _tokens(house, known.get(slug, {}))
        roles = {
            role.value: {"email": member.user.email, "password": PASSWORD, "token": tokens[role.value]}
            for role, member in house.team.items()
        }
        organisations.append({"slug": slug, "roles": roles})
    _write_private(file, json.dumps({"base_url": base_url, "organisations": organisations}, indent=2) + "\n")


def _tokens(house: Settled, known: Mapping[str, str]) -> dict[str, str]:
    """A token for each role: the known one where it still opens everything, else a new one in place of the old."""
    keys = Key.objects.filter(kind=Key.Kind.TOKEN, name=TOKEN_NAME, expires_at=None, revoked_at=None)
    good = {(bytes(key.sha256), key.member_id) for key in keys if set(key.scopes) == set(SCOPES)}
    return {
        role.value: known[role.value]
        if role.value in known and (digest(known[role.value]), member.pk) in good
        else _new_token(member)
        for role, member in house.team.items()
    }


def _new_token(member: Member) -> str:
    now = timezone.now()
    Key.objects.filter(kind=Key.Kind.TOKEN, name=TOKEN_NAME, member=member, revoked_at=None).update(revoked_at=now)
    _, secret = make_token(name=TOKEN_NAME, scopes=SCOPES, by=member, source=SOURCE)
    return secret


def _tokens_in(file: Path) -> dict[str, dict[str, str]]:
    """Tokens by organisation and role; none where the file is missing or not ours."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        told: Any = json.loads(file.read_text())
        return {
            organisation["slug"]: {role: str(sign_in["token"]) for role, sign_in in organisation["roles"].items()}
            for organisation in told["organisations"]
        }
    return {}


def _write_private(file: Path, text: str) -> None:
    """All of it or nothing, readable by its owner alone."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(text)
    fresh.replace(file)
