/** The agenda: the same bookings as a list by day, for those who would rather read than look, with all the grid can do. */
import { addDays, formatDay, formatSpan, instant, wallTime } from "../shared/dates";
import { element } from "../shared/dialog";
import { isPlanned, type Item } from "./feed";
import { statusOf, type Texts } from "./texts";
import type { DaySpan } from "./views";

export interface AgendaOptions {
  zone: string;
  locale: string;
  texts: Texts;
  placeOf(item: Item): string;
  onOpen(item: Item, at: HTMLElement): void;
  onNew(day: string): void;
  /** Ticked or not; absent where nothing is done to many at once. */
  choosing?: { isChosen(id: string): boolean; choose(id: string, isChosen: boolean): void };
}

export interface Agenda {
  readonly element: HTMLElement;
  show(items: Item[], span: DaySpan): void;
}

export function createAgenda(options: AgendaOptions): Agenda {
  const { zone, locale, texts } = options;
  const root = element("div", { className: "agenda" });
  root.tabIndex = -1;

  function row(item: Item, day: string): HTMLElement {
    const { status = "", person } = item.extendedProps;
    const isBooked = isPlanned(item);
    const time = element("span", {
      className: "agenda-time number",
      textContent: hoursOn(item, day, zone, locale, texts.all_day),
    });
    const title = isBooked
      ? element("button", { type: "button", className: "agenda-title", textContent: item.title })
      : element("span", { className: "agenda-title", textContent: item.title });
    title.addEventListener("click", () => isBooked && options.onOpen(item, title));
    title.dataset.item = item.id;
    const place = element("span", { className: "agenda-place", textContent: options.placeOf(item) });
    const who = element("span", { className: "agenda-person muted", textContent: person ?? "" });
    const state = element("span", { className: "agenda-state" });
    state.append(
      status
        ? element("span", { className: `badge ${status}`, textContent: statusOf(item, texts) })
        : element("span", { className: "muted small", textContent: statusOf(item, texts) }),
    );
    const line = element("li", { className: isBooked ? "agenda-row" : "agenda-row closed" });
    line.append(tick(item, isBooked), time, title, place, who, state);
    return line;
  }

  function tick(item: Item, isBooked: boolean): HTMLElement {
    const cell = element("span", { className: "agenda-tick" });
    const { choosing } = options;
    if (!choosing || !isBooked || item.extendedProps.kind !== "booking") return cell;
    const box = element("input", { type: "checkbox", checked: choosing.isChosen(item.id) });
    box.setAttribute("aria-label", texts.choose.replace("{title}", item.title));
    box.addEventListener("change", () => choosing.choose(item.id, box.checked));
    cell.append(box);
    return cell;
  }

  return {
    element: root,
    show(items, { from, until }) {
      // What had the focus keeps it, by what it stands for: the rows are new.
      const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.item : undefined;
      const sections: HTMLElement[] = [];
      for (let day = from; day < until; day = addDays(day, 1)) {
        const rows = itemsOn(items, day, zone);
        const heading = element("h3", { textContent: formatDay(day, locale), id: `agenda-${day}` });
        const list = element("ul", { className: "agenda-rows" }, ...rows.map((item) => row(item, day)));
        list.setAttribute("aria-labelledby", heading.id);
        const add = element("button", {
          type: "button",
          className: "button quiet small",
          textContent: texts.new_booking,
        });
        add.setAttribute("aria-describedby", heading.id);
        add.addEventListener("click", () => options.onNew(day));
        const none = element("p", { className: "muted", textContent: texts.bookings_none });
        sections.push(
          element(
            "section",
            { className: "agenda-day" },
            element("div", { className: "agenda-head" }, heading, add),
            rows.length ? list : none,
          ),
        );
      }
      root.replaceChildren(...sections);
      if (focused) root.querySelector<HTMLElement>(`[data-item="${CSS.escape(focused)}"]`)?.focus();
    },
  };
}

/** What touches the day, by start; closed hours of every week are no news. */
export function itemsOn(items: Item[], day: string, zone: string): Item[] {
  return items
    .filter((item) => {
      if (item.extendedProps.kind === "closed") return false;
      const last = new Date(instant(item.end).valueOf() - 1);
      return wallTime(instant(item.start), zone).day <= day && wallTime(last, zone).day >= day;
    })
    .sort((one, other) => instant(one.start).valueOf() - instant(other.start).valueOf());
}

/** The hours on that day; of what began before or goes on after, with an arrow that says so. */
export function hoursOn(item: Item, day: string, zone: string, locale: string, allDay: string): string {
  const [start, end] = [instant(item.start), instant(item.end)];
  const [starts, ends] = [wallTime(start, zone), wallTime(end, zone)];
  // Until midnight is until the end of the day, not into the next one.
  const isLater = ends.day > day && (ends.clock !== "00:00" || ends.day > addDays(day, 1));
  if (starts.day < day && isLater) return allDay;
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: zone });
  if (starts.day < day) return `… – ${clock.format(end)}`;
  if (isLater) return `${clock.format(start)} – …`;
  // formatRange names the days as soon as the end is on another one, as midnight is.
  return starts.day === ends.day
    ? formatSpan(start, end, zone, locale)
    : `${clock.format(start)} – ${clock.format(end)}`;
}
