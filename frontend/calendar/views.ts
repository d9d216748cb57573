/** The ways to see the calendar: how much time each shows, what goes across, how far one step goes. Pure. */
import { addDays, formatDay, formatDays, formatMonth } from "../shared/dates";

export const VIEWS = [
  "day",
  "days3",
  "week",
  "timeline-day",
  "timeline-week",
  "timeline-month",
  "month",
  "agenda",
] as const;
export type ViewName = (typeof VIEWS)[number];

/** Half-open: `until` is the first day no longer shown. */
export interface DaySpan {
  from: string;
  until: string;
}

/** More columns than this nobody can tell apart, however wide the window. */
export const MOST_COLUMNS = 42;

const DAYS: Record<Exclude<ViewName, "month" | "timeline-month">, number> = {
  day: 1,
  days3: 3,
  week: 7,
  "timeline-day": 1,
  "timeline-week": 7,
  agenda: 7,
};

export function isView(name: string | null | undefined): name is ViewName {
  return (VIEWS as readonly string[]).includes(name ?? "");
}

/** The days a view of `day` shows. `firstDay` of the week is 0 for Sunday, 1 for Monday. */
export function spanOf(view: ViewName, day: string, firstDay: number): DaySpan {
  if (view === "month" || view === "timeline-month") {
    const from = `${day.slice(0, 8)}01`;
    return { from, until: monthsLater(from, 1) };
  }
  const isWeek = view === "week" || view === "timeline-week";
  const from = isWeek ? addDays(day, -((weekday(day) - firstDay + 7) % 7)) : day;
  return { from, until: addDays(from, DAYS[view]) };
}

/** The day to show after going `count` steps on, or back. A month's step keeps the date where the month has it. */
export function stepped(view: ViewName, day: string, count: number): string {
  if (view !== "month" && view !== "timeline-month") return addDays(day, DAYS[view] * count);
  const first = monthsLater(`${day.slice(0, 8)}01`, count);
  const last = addDays(monthsLater(first, 1), -1);
  const date = `${first.slice(0, 8)}${day.slice(8)}`;
  return date < last ? date : last;
}

/** What the view shows, in words: a day, the days from … to, or a month. */
export function titleOf(view: ViewName, day: string, firstDay: number, locale: string): string {
  const { from, until } = spanOf(view, day, firstDay);
  if (view === "month" || view === "timeline-month") return formatMonth(from, locale);
  const last = addDays(until, -1);
  const words = last === from ? formatDay(from, locale) : formatDays(from, last, locale);
  return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}

/** Columns a time grid of so many resources needs; 0 for views whose resources are no columns. */
export function columnsOf(view: ViewName, resources: number): number {
  return view === "day" || view === "days3" || view === "week" ? resources * DAYS[view] : 0;
}

/** How many resources the view can show side by side; a single day takes any number. */
export function mostResources(view: ViewName): number {
  return view === "days3" || view === "week" ? Math.floor(MOST_COLUMNS / DAYS[view]) : Infinity;
}

/** The timeline that shows what a time grid of several days cannot. */
export function timelineInstead(view: ViewName): ViewName {
  return view === "day" ? "timeline-day" : "timeline-week";
}

function weekday(day: string): number {
  return new Date(`${day}T12:00:00Z`).getUTCDay();
}

function monthsLater(first: string, count: number): string {
  const at = new Date(`${first}T12:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + count);
  return at.toISOString().slice(0, 10);
}
