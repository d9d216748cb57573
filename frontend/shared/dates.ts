/**
 * Times as people of one organisation read them: always in its zone, never in the browser's by accident.
 * A `day` is "2026-11-23", a `clock` is "10:00", an instant is ISO 8601 with an offset.
 */
import * as PlainDateTime from "temporal-polyfill/fns/PlainDateTime";
import * as ZonedDateTime from "temporal-polyfill/fns/ZonedDateTime";

/** Wall time in a zone. */
export interface WallTime {
  day: string;
  clock: string;
}

const DIGITS = {
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
} as const;
const DAY_AND_TIME = {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
} as const;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Made once each: making one takes longer than a hundred times of using it. */
function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, format);
  return format;
}

/** Reads an instant. Throws RangeError when the text has no offset: such a time means nothing without its zone. */
export function instant(text: string): Date {
  if (!/T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) throw new RangeError(`A time needs an offset: ${text}`);
  const value = new Date(text);
  if (Number.isNaN(value.valueOf())) throw new RangeError(`Not a time: ${text}`);
  return value;
}

/** What the clock on the wall shows in `zone` at that instant. */
export function wallTime(at: Date, zone: string): WallTime {
  const parts = Object.fromEntries(
    formatOf("en-US", { ...DIGITS, timeZone: zone })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return { day: `${parts.year}-${parts.month}-${parts.day}`, clock: `${parts.hour}:${parts.minute}` };
}

/**
 * The instant of a wall time, with the zone's offset: `"2026-11-23T10:00:00-05:00"`.
 * A time the clock skips moves forward by the gap; of a repeated hour it is the first.
 * Throws RangeError for a day or clock that is none.
 */
export function instantOf({ day, clock }: WallTime, zone: string): string {
  const [year, month, date] = numbers(day, /^(\d{4})-(\d{2})-(\d{2})$/);
  const [hour, minute] = numbers(clock, /^(\d{2}):(\d{2})(?::\d{2})?$/);
  const plain = PlainDateTime.fromFields(
    { year: year!, month: month!, day: date!, hour: hour!, minute: minute! },
    { overflow: "reject" },
  );
  return ZonedDateTime.toString(PlainDateTime.toZonedDateTime(plain, zone), { timeZoneName: "never" });
}

/** Today's day in a zone. */
export function today(zone: string, now = new Date()): string {
  return wallTime(now, zone).day;
}

export function isDay(text: string | null | undefined): text is string {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.valueOf()) && at.toISOString().startsWith(text);
}

/** The day `count` days later (or earlier). */
export function addDays(day: string, count: number): string {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

/** "Monday, 23 November 2026" as the locale says it. */
export function formatDay(day: string, locale: string): string {
  return formatOf(locale, { dateStyle: "full", timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
}

/** "23 – 29 November 2026" as the locale says it; both days are part of it. */
export function formatDays(from: string, last: string, locale: string): string {
  const words = formatOf(locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return words.formatRange(new Date(`${from}T12:00:00Z`), new Date(`${last}T12:00:00Z`));
}

/** "November 2026", with a capital where it stands alone. */
export function formatMonth(day: string, locale: string): string {
  const words = formatOf(locale, { month: "long", year: "numeric", timeZone: "UTC" });
  const month = words.format(new Date(`${day}T12:00:00Z`));
  return month.charAt(0).toLocaleUpperCase(locale) + month.slice(1);
}

/** "10:00 – 12:00" in the zone; with the days when it ends on another. */
export function formatSpan(from: Date, until: Date, zone: string, locale: string): string {
  return formatOf(locale, { timeStyle: "short", timeZone: zone }).formatRange(from, until);
}

/** "Mon 23 Nov, 10:00 – 12:00" in the zone. */
export function formatDaySpan(from: Date, until: Date, zone: string, locale: string): string {
  return formatOf(locale, { ...DAY_AND_TIME, timeZone: zone }).formatRange(from, until);
}

/** "10:00" in the zone. */
export function formatClock(at: Date, zone: string, locale: string): string {
  return formatOf(locale, { timeStyle: "short", timeZone: zone }).format(at);
}

/** "1PM" as the locale says it: a full hour of a day, from 0 to 23, beside which there is little room. */
export function formatHour(hour: number, locale: string): string {
  const words = formatOf(locale, { hour: "numeric", timeZone: "UTC" }).format(Date.UTC(2000, 0, 1, hour));
  return words.replace(/\s(?=[AP]M$)/u, "");
}

/** "New York Time", as the locale calls the zone. */
export function zoneName(zone: string, locale: string, at = new Date()): string {
  const parts = formatOf(locale, { timeZone: zone, timeZoneName: "longGeneric" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** True when clocks in the two zones differ at that instant. */
export function clocksDiffer(zone: string, other: string, at: Date): boolean {
  const here = wallTime(at, zone);
  const there = wallTime(at, other);
  return here.day !== there.day || here.clock !== there.clock;
}

/** The reader's own zone. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function numbers(text: string, shape: RegExp): number[] {
  const found = shape.exec(text);
  if (!found) throw new RangeError(`Not a date or time: ${text}`);
  return found.slice(1).map(Number);
}
