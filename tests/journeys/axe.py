"""How axe is brought into a page and asked what is wrong there."""

from pathlib import Path

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LOOKED_AT = ["color-contrast", "target-size", "scrollable-region-focusable", "nested-interactive", "aria-hidden-focus"]
"""Rules of axe that may see something else in other colours and at another width."""
FADED = """() => Promise.race([
  Promise.allSettled(document.getAnimations().map((each) => each.finished)),
  new Promise((done) => setTimeout(done, 1000)),
])"""
"""Waits for the last colour to have changed; not for what goes on for ever."""
RUN = """async (options) => {
  const found = await axe.run(document, { resultTypes: ["violations"], ...options });
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help} — ${target} ${failureSummary}`));
}"""
