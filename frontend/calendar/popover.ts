/** What opens on a booking: what it is, and the steps it can take, beside it and without leaving the calendar. */
import { formatDaySpan, formatClock, instant } from "../shared/dates";
import { element, keepInside } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Actions } from "./actions";
import { isPlanned, type FullBooking, type Item } from "./feed";
import { statusOf, type Texts } from "./texts";

export interface PopoverOptions {
  zone: string;
  locale: string;
  texts: Texts;
  mayEdit: boolean;
  actions: Actions;
  place: string;
  change(): void;
  copy(): void;
}

/** Opens beside `at`. Escape and a click elsewhere close it; the focus goes back to where it was. */
export function openPopover(item: Item, at: HTMLElement, options: PopoverOptions): void {
  if (!isPlanned(item)) return;
  document.querySelector<HTMLElement>(".booking-popover")?.hidePopover();
  const { zone, locale, texts, actions } = options;
  const { status = "", person, party_size, kind, url } = item.extendedProps;
  const box = element("div", { className: "booking-popover", popover: "auto" });
  box.setAttribute("role", "dialog");
  const heading = element("h2", { id: "popover-title", textContent: item.title || texts.busy, tabIndex: -1 });
  box.setAttribute("aria-labelledby", heading.id);
  const close = element("button", { type: "button", className: "close", ariaLabel: texts.close });
  close.addEventListener("click", () => box.hidePopover());

  const facts = element("dl", { className: "definitions" });
  const say = (term: string, words: string): void => {
    if (words)
      facts.append(element("div", {}, element("dt", { textContent: term }), element("dd", { textContent: words })));
  };
  const from = instant(item.start);
  const until = instant(item.end);
  say(texts.when, formatDaySpan(from, until, zone, locale));
  say(texts.where, options.place);
  say(texts.person, person ?? "");
  if ((party_size ?? 1) > 1) say(texts.party_size, String(party_size));
  const more = element("div", { className: "popover-more" });
  const state = element("p", {});
  if (status) state.append(element("span", { className: `badge ${status}`, textContent: statusOf(item, texts) }));
  const body = element("div", { className: "dialog-body" }, state, facts, more);
  const links = element("p", { className: "cluster" });
  if (url) links.append(element("a", { href: url, textContent: texts.open_page }));
  body.append(links);

  const steps = element("div", { className: "dialog-actions" });
  const isOurs = options.mayEdit && item.extendedProps.mayEdit === true && kind === "booking";
  const button = (label: string, look: string, key: string, run: () => unknown): void => {
    const made = element("button", { type: "button", className: `button small ${look}`, textContent: label });
    if (key) made.setAttribute("aria-keyshortcuts", key);
    made.addEventListener("click", () => {
      box.hidePopover();
      run();
    });
    steps.append(made);
  };
  if (isOurs) {
    if (status === "pending" || status === "hold")
      button(texts.confirm, "primary", "c", () => void actions.confirm(item));
    if (status === "pending") button(texts.decline, "", "d", () => void actions.decline(item));
    button(texts.change, "", "e", options.change);
    button(texts.duplicate, "", "p", options.copy);
    button(texts.cancel_booking, "danger", "x", () => void actions.cancel(item));
    void actions.read(item).then(
      (full) => box.isConnected && showMore(full),
      () => undefined,
    );
  }
  /** What only the booking itself knows: its note, set-up and pack-down, and steps that depend on the time. */
  function showMore({ note, legs, may, expires_at }: FullBooking): void {
    say(texts.note, note);
    const blocks = legs.filter(({ blocks_from, blocks_until }) => blocks_from < item.start || blocks_until > item.end);
    const [first] = blocks.map(({ blocks_from }) => instant(blocks_from)).sort((a, b) => a.valueOf() - b.valueOf());
    const last = blocks
      .map(({ blocks_until }) => instant(blocks_until))
      .sort((a, b) => a.valueOf() - b.valueOf())
      .pop();
    if (first && first < from) say(texts.set_up, fill(texts.from_time, { time: formatClock(first, zone, locale) }));
    if (last && last > until) say(texts.pack_down, fill(texts.until_time, { time: formatClock(last, zone, locale) }));
    if (expires_at) say(texts.held_until, formatClock(instant(expires_at), zone, locale));
    if (may.includes("prolong"))
      button(texts.prolong, "", "", () => void actions.step(item, "prolong", texts.prolonged));
    if (may.includes("check_in"))
      button(texts.check_in, "", "", () => void actions.step(item, "check-in", texts.checked_in));
    if (may.includes("give_back"))
      button(texts.give_back, "", "", () => void actions.step(item, "give-back", texts.given_back));
    place(box, at);
  }

  box.append(element("div", { className: "dialog-header" }, heading, close), body);
  if (isOurs) box.append(steps);
  keepInside(box);
  box.addEventListener("keydown", (event) => {
    const target = [...steps.querySelectorAll("button")].find(
      (each) => each.getAttribute("aria-keyshortcuts") === event.key,
    );
    if (!target || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    target.click();
  });
  box.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState !== "closed") return;
    const hadFocus = box.contains(document.activeElement) || document.activeElement === document.body;
    box.remove();
    if (hadFocus && at.isConnected) at.focus({ preventScroll: true });
  });
  document.body.append(box);
  box.showPopover();
  place(box, at);
  (steps.querySelector("button") ?? close).focus({ preventScroll: true });
}

/** Beside what it is about, wherever there is room; on a phone the style sheet puts it at the bottom edge. */
function place(box: HTMLElement, at: HTMLElement): void {
  const [there, here] = [at.getBoundingClientRect(), box.getBoundingClientRect()];
  const [width, height] = [document.documentElement.clientWidth, document.documentElement.clientHeight];
  const gap = 8;
  const right = there.right + gap;
  const left = there.left - here.width - gap;
  const x = right + here.width <= width ? right : left >= 0 ? left : Math.max(gap, (width - here.width) / 2);
  const y = Math.min(Math.max(gap, there.top), Math.max(gap, height - here.height - gap));
  box.style.setProperty("--x", `${Math.round(x)}px`);
  box.style.setProperty("--y", `${Math.round(y)}px`);
}
