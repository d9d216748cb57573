"""Somebody of a house in front of a browser, and what the page tells of how soon it could be used.

`python -m bench.visiting <user's id>`, with the environment of a web process, signs somebody in and writes the key of
their session to standard output.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from launch.files import CHECKOUT

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTH, HEIGHT = 1440, 900
DRAWN = ".calendar-grid"
"""What the calendar draws into. `TITLE` begins the titles of its bookings."""
TITLE = "Firing"
PATIENCE_MS = 60_000
QUIET_MS = 400
"""Nothing drawn for so long: it is done."""
SETTLING_MS = 4_000
"""For so long a new window loads hundreds of files of the browser's own (its address bar), on the same two cores."""

# Interactive is the first moment at which bookings are drawn, nothing more comes, and the thread has time for a click:
# the end of the last change, or of the last long task after it.
_WATCH = """
(() => {
  const seen = { changed: 0, busy: 0, blocked: 0 };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) {
      seen.busy = Math.max(seen.busy, task.startTime + task.duration);
      seen.blocked += Math.max(0, task.duration - 50);
    }
  }).observe({ type: "longtask", buffered: true });
  const start = () => new MutationObserver(() => (seen.changed = performance.now()))
    .observe(document.documentElement, { childList: true, subtree: true });
  document.documentElement ? start() : addEventListener("DOMContentLoaded", start);
  window.calendarIsDone = (drawn, title, quiet) => {
    const now = performance.now(), last = Math.max(seen.changed, seen.busy);
    if (now - last < quiet || !document.querySelector(drawn)?.textContent.includes(title)) return null;
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    return {
      interactive: last,
      painted: first ? first.startTime : last,
      blocked: seen.blocked,
      nodes: document.querySelectorAll(`${drawn} *`).length,
    };
  };
})();
"""
# Scrolls what can be scrolled most, a step each frame, and notes how long the frames took.
_SCROLL = """
async ([drawn, steps, pixels]) => {
  const boxes = [document.querySelector(drawn), ...document.querySelectorAll(`${drawn} *`)];
  const room = (box) => Math.max(box.scrollHeight - box.clientHeight, box.scrollWidth - box.clientWidth);
  const scrolls = (box) => /auto|scroll/.test(getComputedStyle(box).overflow);
  const box = boxes.filter(scrolls).sort((a, b) => room(b) - room(a))[0];
  if (!box || room(box) < pixels) return null;
  const isTall = box.scrollHeight - box.clientHeight >= box.scrollWidth - box.clientWidth;
  const frame = () => new Promise(requestAnimationFrame);
  const frames = [];
  let last = await frame();
  for (let step = 0; step < steps; step += 1) {
    box.scrollBy(isTall ? { top: pixels } : { left: pixels });
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  return { frames, scrolled: isTall ? box.scrollTop : box.scrollLeft, isTall };
}
"""


class NotDrawn(Exception):
    """The calendar did not show any booking; the message says where."""


@dataclass(frozen=True)
class Opened:
    """A page, in milliseconds since it was asked for."""

    interactive_ms: float
    painted_ms: float
    """The first contentful paint."""
    blocked_ms: float
    """Of the thread, in which a click would have waited: what tasks lasted beyond 50 ms."""
    nodes: int
    """Elements drawn."""


@dataclass(frozen=True)
class Scrolled:
    """How long each frame took while the calendar was scrolled, in milliseconds."""

    frames: list[float]
    pixels: float
    is_down: bool
    """Down, else to the right."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium: the one CHROMIUM names, the system's, or Playwright's own."""
    named = os.environ.get("CHROMIUM") or (str(SYSTEM_CHROMIUM) if SYSTEM_CHROMIUM.exists() else None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=named, args=list(FLAGS))
        yield chromium
        chromium.close()


@contextmanager
def visitor(chromium: Browser, base_url: str, session: str) -> Iterator[Page]:
    """A tab of a profile of its own, which has nothing cached; signed in, and of a browser that has settled."""
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        timezone_id="America/New_York",
        locale="en-US",
        # What the proxy in front of production says.
        extra_http_headers={"X-Forwarded-Proto": "https"},
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": base_url}])
    context.add_init_script(_WATCH)
    try:
        page = context.new_page()
        page.wait_for_timeout(SETTLING_MS)
        yield page
    finally:
        context.close()


def open_calendar(page: Page, address: str) -> Opened:
    """Go to a calendar and wait until it can be used. Raises NotDrawn."""
    page.goto(address, wait_until="load", timeout=PATIENCE_MS)
    try:
        done = page.wait_for_function(
            f"() => calendarIsDone({DRAWN!r}, {TITLE!r}, {QUIET_MS})", timeout=PATIENCE_MS, polling=50
        )
    except Exception as error:
        raise NotDrawn(f"{address} shows no booking within {PATIENCE_MS / 1000:.0f} s.") from error
    told = done.json_value()
    return Opened(told["interactive"], told["painted"], told["blocked"], told["nodes"])


def scroll(page: Page, *, steps: int, pixels: int) -> Scrolled | None:
    """Scroll the calendar by so many pixels a frame; None where all of it is in sight."""
    told = page.evaluate(_SCROLL, [DRAWN, steps, pixels])
    return Scrolled(told["frames"], told["scrolled"], told["isTall"]) if told else None


def signed_in(user_id: str, environment: Mapping[str, str]) -> str:
    """The key of a new session of somebody, made by a process of the product."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.visiting", user_id],
        cwd=CHECKOUT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def main(user_id: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from infra24.orgs.models import User

    user, session = User.objects.get(pk=user_id), SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    print(session.session_key)


if __name__ == "__main__":
    main(sys.argv[1])
