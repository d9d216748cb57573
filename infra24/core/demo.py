"""Pages that exist only in demo mode."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.http import Http404, HttpResponse

P = ParamSpec("P")


def in_demo_only(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Anywhere but in a demo the page is not found."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(*args, **kwargs)

    return guarded
