/** What may become of a day's spans: snapped, moved, resized, added, joined. Nothing here knows the page. */
import { DAY, type Span } from "./hours";

/** How long hours are that somebody adds without saying how long. */
const USUAL: Span = { opens: 9 * 60, closes: 17 * 60 };

/** Starts snap to this; lengths are whole numbers of `slot`, counted from the start, as the slot grid is. */
export function startStep(slot: number): number {
  if (60 % slot === 0) return slot;
  return slot > 60 ? 30 : 15;
}

export function snap(minute: number, step: number): number {
  return Math.round(minute / step) * step;
}

/** The span between two places of a drag, at least one slot long, within a day from its start. */
export function drawn(from: number, to: number, slot: number): Span {
  const step = startStep(slot);
  const first = Math.min(from, to);
  const opens = clamp(Math.floor(first / step) * step, 0, DAY - step);
  const length = clamp(snap(Math.max(from, to) - opens, slot), slot, longest(slot));
  return { opens, closes: opens + length };
}

/** The same length, starting elsewhere. */
export function moved(span: Span, opens: number, slot: number): Span {
  const step = startStep(slot);
  const snapped = clamp(snap(opens, step), 0, DAY - step);
  return { opens: snapped, closes: snapped + span.closes - span.opens };
}

/** Another end; at least one slot long. */
export function withEnd(span: Span, closes: number, slot: number): Span {
  return { opens: span.opens, closes: span.opens + clamp(snap(closes - span.opens, slot), slot, longest(slot)) };
}

/** Another start, counted back from the end, so that the length stays whole. */
export function withStart(span: Span, opens: number, slot: number): Span {
  const most = Math.min(longest(slot), Math.floor(span.closes / slot) * slot);
  const least = Math.max(slot, Math.ceil((span.closes - DAY + 1) / slot) * slot);
  return { opens: span.closes - clamp(snap(span.closes - opens, slot), least, most), closes: span.closes };
}

/** The day with one span more, or with one in place of another; what overlaps is joined, what touches is not. */
export function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((one, other) => one.opens - other.opens)) {
    const last = result.at(-1);
    if (last && span.opens < last.closes) {
      const closes = Math.min(Math.max(last.closes, span.closes), last.opens + DAY);
      result[result.length - 1] = { opens: last.opens, closes };
    } else result.push(span);
  }
  return result;
}

/** The span of the day that holds this one: itself, or what it was joined into. */
export function holding(spans: readonly Span[], span: Span): number {
  return spans.findIndex(({ opens, closes }) => opens <= span.opens && span.opens < closes);
}

/** Whether a span lies beside all others, so that a step of the keyboard joins nothing by surprise. */
export function fits(spans: readonly Span[], span: Span, but: number): boolean {
  const isLong = span.closes - span.opens <= DAY && span.closes > span.opens;
  const isInDay = span.opens >= 0 && span.opens < DAY;
  return (
    isLong &&
    isInDay &&
    spans.every((other, at) => at === but || span.closes <= other.opens || other.closes <= span.opens)
  );
}

/** Hours to add to a day without being told which: nine to five, else what room there is; null when there is none. */
export function roomFor(spans: readonly Span[], slot: number): Span | null {
  const usual = withEnd(USUAL, USUAL.closes, slot);
  if (fits(spans, usual, -1)) return usual;
  const step = startStep(slot);
  for (const hours of [2, 1]) {
    const length = Math.max(slot, Math.ceil((hours * 60) / slot) * slot);
    for (const before of [USUAL.opens, 0]) {
      for (let opens = before; opens < DAY; opens += step) {
        const span = { opens, closes: opens + length };
        if (span.closes <= DAY && fits(spans, span, -1)) return span;
      }
    }
  }
  return null;
}

/** What of a day's hours lies after its midnight, as minutes of the next day. */
export function spill(spans: readonly Span[]): number {
  return Math.max(0, ...spans.map(({ closes }) => closes - DAY));
}

function longest(slot: number): number {
  return Math.floor(DAY / slot) * slot;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
