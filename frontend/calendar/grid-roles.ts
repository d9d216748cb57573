/** Mends what FullCalendar says to screen readers and keyboards where its parts contradict one another. */

/** Keeps the grid mended, whatever is drawn; `label` is what it is called. */
export function mendRoles(host: HTMLElement, label: string): void {
  let isDue = false;
  const mend = (): void => {
    isDue = false;
    mendHours(host);
    mendMonth(host);
    mendTimeline(host);
    mendFollowers(host);
    host.querySelector(".grid-view:is([role=grid], [role=treegrid], [role=group])")?.setAttribute("aria-label", label);
  };
  new MutationObserver(() => {
    // Many things change at once: it is mended once, before anybody sees it.
    if (!isDue) requestAnimationFrame(mend);
    isDue = true;
  }).observe(host, { childList: true, subtree: true });
  mend();
}

/** The column of hours calls itself a header and hides its text: for a screen reader it is nothing, so let it say so. */
function mendHours(host: HTMLElement): void {
  for (const header of host.querySelectorAll("[role=rowheader]:has(> [aria-hidden=true])")) {
    header.setAttribute("role", "none");
    header.removeAttribute("aria-label");
  }
}

/** Days have a label and hide their text; the text says it as well, and in the words that are seen. */
function mendMonth(host: HTMLElement): void {
  for (const header of host.querySelectorAll(".grid-day-header[role=columnheader][aria-label]")) {
    if (header.querySelector("a")) continue;
    header.removeAttribute("aria-label");
    header.querySelector("[aria-hidden=true]")?.removeAttribute("aria-hidden");
  }
  for (const cell of host.querySelectorAll(".grid-cell[role=gridcell][aria-label]")) cell.removeAttribute("aria-label");
}

/**
 * A timeline's rows are owned by hidden elements, beside cells that lie in none. As a table it cannot be read: it is
 * a group of bookings, each of which says its time and place.
 */
function mendTimeline(host: HTMLElement): void {
  const view = host.querySelector(".grid-view:has(.grid-row-header)");
  if (!view) return;
  view.setAttribute("role", "group");
  for (const name of ["aria-rowcount", "aria-colcount"]) view.removeAttribute(name);
  const parts = "[role=row], [role=rowgroup], [role=columnheader], [role=rowheader], [role=gridcell]";
  for (const part of view.querySelectorAll(parts)) {
    part.setAttribute("role", "none");
    for (const name of [...part.getAttributeNames()])
      if (name.startsWith("aria-") && name !== "aria-hidden") part.removeAttribute(name);
  }
  // Whoever has no mouse scrolls it with the arrows.
  const lanes = view.querySelector(".grid-row")?.closest<HTMLElement>('[style*="overflow"]');
  if (lanes && lanes.tabIndex < 0) lanes.tabIndex = 0;
}

/** Names and hours follow the body. A scroller without anything to focus would be an empty stop for the keyboard. */
function mendFollowers(host: HTMLElement): void {
  for (const scroller of host.querySelectorAll<HTMLElement>('[style*="overflow"]')) {
    const hasNames = scroller.querySelector(".grid-hour, .grid-row-name") !== null;
    const isBody = scroller.querySelector(".grid-lane, .grid-row") !== null;
    scroller.toggleAttribute("data-follows", scroller.closest(".grid-header") !== null || (hasNames && !isBody));
  }
}
