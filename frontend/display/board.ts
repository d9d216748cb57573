/** What a display has been told last, and when to ask again. */
import { wallTime } from "../shared/dates";

/** Half a minute: somebody who has just booked stands before the door. */
export const EVERY = 30_000;
/** A door changes at the full minute; a second later the server says so too. */
const AFTER_A_CHANGE = 1_000;
const SOONEST = 2_000;

/** Milliseconds until to ask again: at the next change, but at least every half minute, and never in a rush. */
export function pause(board: HTMLElement, now: number): number {
  const change = Date.parse(board.dataset.changesAt ?? "");
  const wait = Number.isNaN(change) ? EVERY : change - now + AFTER_A_CHANGE;
  return Math.min(EVERY, Math.max(SOONEST, wait));
}

/** How far the server's clock is ahead of the tablet's, which nobody sets. */
export function ahead(board: HTMLElement, received: number): number {
  const told = Date.parse(board.dataset.now ?? "");
  return Number.isNaN(told) ? 0 : told - received;
}

/** Puts what the server just said in the place of what was shown; false when there is no board in the answer. */
export function take(page: Document, html: string): boolean {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const [now, next] = [page.getElementById("board"), fresh.getElementById("board")];
  if (!now || !next) return false;
  if (now.innerHTML !== next.innerHTML) now.replaceChildren(...next.childNodes);
  for (const name of ["now", "changesAt", "state", "day", "build"] as const) {
    const value = next.dataset[name];
    if (value === undefined) delete now.dataset[name];
    else now.dataset[name] = value;
  }
  page.body.className = fresh.body.className;
  page.documentElement.dataset.theme = fresh.documentElement.dataset.theme ?? "dark";
  const [day, told] = [page.getElementById("display-day"), fresh.getElementById("display-day")];
  if (day && told) day.textContent = told.textContent;
  return true;
}

/**
 * What the clock shows in the zone, in the manner of the times beside it: "7:05 p.m." where the page says how the
 * halves of a day are called ("a.m.|p.m."), else "19:05".
 */
export function clockFace(at: Date, zone: string, halves: string): string {
  const { clock } = wallTime(at, zone);
  if (!halves) return clock;
  const hour = Number(clock.slice(0, 2));
  const [before = "", after = ""] = halves.split("|");
  return `${hour % 12 || 12}${clock.slice(2)} ${hour < 12 ? before : after}`;
}
