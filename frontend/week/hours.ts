/** Opening hours of a day as people write them: `09:00-13:00, 14:00-22:00`. As infra24/facilities/forms/rules_hours.py. */

/** Minutes since midnight; `closes` may lie past the day's end, up to a day after `opens`. */
export interface Span {
  readonly opens: number;
  readonly closes: number;
}

export const DAY = 1440;
const CLOCK = String.raw`(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?`;
const SPAN = new RegExp(String.raw`^${CLOCK}\s*(?:-|–|—|to|a)\s*${CLOCK}$`, "i");

/** The spans of a text, in order; none: closed; null when it is not hours. */
export function parseHours(text: string): Span[] | null {
  const pieces = text.split(/[,;\n]/).filter((piece) => piece.trim());
  const spans: Span[] = [];
  for (const piece of pieces) {
    const span = parseSpan(piece.trim());
    if (!span) return null;
    spans.push(span);
  }
  return spans.sort((one, other) => one.opens - other.opens);
}

/** Spans as a person writes them; an end past midnight as the clock shows it. */
export function formatHours(spans: readonly Span[]): string {
  return spans.map(({ opens, closes }) => `${clockOf(opens)}-${clockOf(closes)}`).join(", ");
}

/** `09:30`; minutes past midnight go on from 00:00. The day's end is `24:00`. */
export function clockOf(minute: number): string {
  const shown = minute <= DAY ? minute : minute - DAY;
  return `${pad(Math.floor(shown / 60))}:${pad(shown % 60)}`;
}

function parseSpan(piece: string): Span | null {
  const found = SPAN.exec(piece);
  if (!found) return null;
  const opens = parseClock(found[1], found[2], found[3]);
  let closes = parseClock(found[4], found[5], found[6]);
  if (opens === null || closes === null || opens >= DAY) return null;
  if (closes <= opens) closes += DAY;
  return closes <= 2 * DAY ? { opens, closes } : null;
}

function parseClock(hour = "", minute = "0", half = ""): number | null {
  let hours = Number(hour);
  const minutes = Number(minute);
  if (half) {
    if (hours < 1 || hours > 12) return null;
    hours = (hours % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
  }
  const total = hours * 60 + minutes;
  return minutes < 60 && total <= 2 * DAY ? total : null;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
