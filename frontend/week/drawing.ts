/** The drawn week: a column for each day, its hours as blocks. It shows what it is given and knows where things lie. */
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { clockOf, DAY, type Span } from "./hours";
import { spill } from "./spans";
import type { Texts } from "./texts";
import type { Day } from "./week";

/** The axis goes on past midnight to four in the morning, and further when somebody is open longer. */
const SHOWN = 28 * 60;

export interface Column {
  readonly day: Day;
  readonly group: HTMLElement;
  readonly add: HTMLButtonElement;
  readonly body: HTMLElement;
  readonly copy: HTMLButtonElement;
  readonly spilled: HTMLElement;
  readonly note: HTMLElement;
}

export interface Drawing {
  readonly element: HTMLElement;
  readonly columns: readonly Column[];
  /** Shows a week; null for a day that cannot be read. */
  show(week: readonly (readonly Span[] | null)[]): void;
  /** The button of a block. */
  block(day: number, place: number): HTMLElement | undefined;
  /** Which day and which of its blocks an element is, or is in. */
  placeOf(target: EventTarget | null): { day: number; place: number } | null;
  /** The day of a column under a point. */
  dayAt(x: number): number;
  /** The minute of the day at a height of the window. */
  minuteAt(y: number): number;
  say(sentence: string): void;
}

export function createDrawing(days: readonly Day[], label: string, texts: Texts): Drawing {
  const columns = days.map((day) => createColumn(day, texts));
  const axis = element("div", { className: "week-axis" });
  axis.setAttribute("aria-hidden", "true");
  const grid = element("div", { className: "week-grid" }, axis, ...columns.map(({ group }) => group));
  const status = element("p", { className: "visually-hidden" });
  status.setAttribute("role", "status");
  const help = element("p", { className: "muted small", textContent: `${texts.help} ${texts.copy_help}` });
  const whole = element("div", { className: "week-drawing" }, grid, help, status);
  whole.setAttribute("role", "group");
  whole.setAttribute("aria-label", label);
  let extent = 0;

  function stretch(minutes: number): void {
    if (minutes === extent) return;
    extent = minutes;
    grid.style.setProperty("--hours", String(minutes / 60));
    axis.replaceChildren(...labels(minutes, texts));
  }

  return {
    element: whole,
    columns,
    show(week) {
      const latest = Math.max(SHOWN, ...week.flatMap((spans) => (spans ?? []).map(({ closes }) => closes)));
      stretch(Math.ceil(latest / 60) * 60);
      for (const [number, column] of columns.entries()) {
        showDay(column, week[number] ?? null, spill(week[(number + 6) % 7] ?? []), texts);
      }
    },
    block: (day, place) => blocksOf(columns[day])[place],
    placeOf(target) {
      const block = target instanceof Element ? target.closest<HTMLElement>(".week-block") : null;
      const day = columns.findIndex(({ body }) => block && body.contains(block));
      return block && day >= 0 ? { day, place: blocksOf(columns[day]).indexOf(block) } : null;
    },
    dayAt(x) {
      const rights = columns.map(({ body }) => body.getBoundingClientRect().right);
      const found = rights.findIndex((right) => x <= right);
      return found < 0 ? rights.length - 1 : found;
    },
    minuteAt(y) {
      const box = columns[0]!.body.getBoundingClientRect();
      return ((y - box.top) / box.height) * extent;
    },
    say(sentence) {
      // The same words twice would not be read twice.
      status.textContent = status.textContent === sentence ? `${sentence} ` : sentence;
    },
  };
}

/** Hours in words for whoever listens: `09:00 to 13:00`, `18:00 to 02:00 the next day`. */
export function spokenEnd(minute: number, texts: Texts): string {
  return minute > DAY ? fill(texts.next_day, { clock: clockOf(minute) }) : clockOf(minute);
}

export function blockLabel(day: Day, { opens, closes }: Span, texts: Texts): string {
  return fill(texts.block_label, { day: day.name, opens: clockOf(opens), closes: spokenEnd(closes, texts) });
}

export function hoursLabel(spans: readonly Span[] | null, texts: Texts): string {
  if (!spans) return texts.unreadable;
  return spans.map(({ opens, closes }) => `${clockOf(opens)} – ${clockOf(closes)}`).join(", ") || texts.closed;
}

function createColumn(day: Day, texts: Texts): Column {
  const add = button("week-add", "", fill(texts.add_label, { day: day.name }));
  add.dataset.shown = day.short;
  const copy = button("week-copy", texts.copy, fill(texts.copy_label, { day: day.name }));
  const spilled = element("span", { className: "week-spill" });
  const note = element("span", { className: "week-note" });
  const body = element("div", { className: "week-column" }, spilled, note);
  const group = element("div", { className: "week-day" }, add, body, copy);
  group.setAttribute("role", "group");
  return { day, group, add, body, copy, spilled, note };
}

function showDay(
  { day, group, body, spilled, note }: Column,
  spans: readonly Span[] | null,
  over: number,
  texts: Texts,
): void {
  group.setAttribute("aria-label", fill(texts.day_label, { day: day.name, hours: hoursLabel(spans, texts) }));
  note.textContent = spans?.length ? "" : hoursLabel(spans, texts);
  body.classList.toggle("unreadable", spans === null);
  spilled.hidden = over === 0;
  spilled.style.setProperty("--closes", String(over));
  const blocks = blocksOf({ body });
  for (const extra of blocks.splice(spans?.length ?? 0)) extra.remove();
  for (const [place, span] of (spans ?? []).entries()) {
    const block = blocks[place] ?? body.appendChild(createBlock());
    block.style.setProperty("--opens", String(span.opens));
    block.style.setProperty("--closes", String(span.closes));
    block.setAttribute("aria-label", blockLabel(day, span, texts));
    // Drawn by the style sheet: the name of the block says it in words, and once is enough.
    block.querySelector<HTMLElement>(".week-opens")!.dataset.shown = clockOf(span.opens);
    block.querySelector<HTMLElement>(".week-closes")!.dataset.shown = clockOf(span.closes);
    block.classList.toggle("short", span.closes - span.opens < 90);
  }
}

function createBlock(): HTMLButtonElement {
  const block = button("week-block", "", "");
  for (const className of ["week-handle start", "week-opens", "week-closes", "week-handle end"]) {
    block.append(element("span", { className }));
  }
  return block;
}

function blocksOf(column: Pick<Column, "body"> | undefined): HTMLElement[] {
  return [...(column?.body.querySelectorAll<HTMLElement>(".week-block") ?? [])];
}

function labels(minutes: number, texts: Texts): HTMLElement[] {
  const made = [];
  for (let minute = 0; minute <= minutes; minute += 120) {
    const shown = element("span", { textContent: clockOf(minute) });
    shown.style.setProperty("--at", String(minute));
    if (minute > DAY) shown.className = "after-midnight";
    made.push(shown);
  }
  const midnight = element("span", { className: "midnight", textContent: texts.next_day_rule });
  midnight.style.setProperty("--at", String(DAY));
  return [...made, midnight];
}

function button(className: string, textContent: string, label: string): HTMLButtonElement {
  const made = element("button", { type: "button", className, textContent });
  if (label) made.setAttribute("aria-label", label);
  return made;
}
