"""`If-Match` compares the opaque text."""

import pytest
from django.test import RequestFactory

from infra24.core.errors import Stale
from infra24.core.versions import etag, require_match


@pytest.mark.parametrize("given", [None, "*", '"7"', 'W/"7"', '"3", "7"', ' "7" '])
def test_the_same_version_may_be_changed(given: str | None) -> None:
    headers = {} if given is None else {"If-Match": given}
    require_match(RequestFactory().patch("/", headers=headers), 7)


@pytest.mark.parametrize("given", ['"6"', "7", '"77"', 'W/"6"', '"7'])
def test_another_version_is_stale(given: str) -> None:
    with pytest.raises(Stale):
        require_match(RequestFactory().patch("/", headers={"If-Match": given}), 7)


def test_a_tag_is_quoted() -> None:
    assert etag(7) == '"7"'
