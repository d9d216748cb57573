/** What somebody does to the week: each change is written into the inputs and said aloud. */
import { fill } from "../shared/texts";
import { blockLabel, hoursLabel, type Drawing } from "./drawing";
import type { Span } from "./hours";
import { drawn, fits, holding, merged, moved, roomFor, startStep, withEnd } from "./spans";
import type { Texts } from "./texts";
import { read, write, type Day } from "./week";

export interface Changes {
  /** Adds hours where there is room, or says that there is none. */
  add(day: number): void;
  /** Adds hours around a minute that somebody pointed at. */
  addAt(day: number, minute: number): void;
  /** Puts a span in place of another, of the same day or of another; joins what it then overlaps. */
  put(span: Span, day: number, from: { day: number; place: number } | null): void;
  /** One step of the keyboard: the whole block, or its end. */
  step(day: number, place: number, direction: 1 | -1, what: "block" | "end"): void;
  remove(day: number, place: number): void;
  copy(day: number): void;
}

export function createChanges(
  days: readonly Day[],
  drawing: Drawing,
  { texts, slot }: { texts: Texts; slot: () => number },
): Changes {
  const spansOf = (day: number): Span[] => read(days[day]!) ?? [];
  const label = (day: number, span: Span): string => blockLabel(days[day]!, span, texts);

  /** Writes a day; focus and words go to the block that holds the span now. */
  function keep(day: number, spans: readonly Span[], span: Span, said: string): void {
    const whole = merged(spans);
    const place = holding(whole, span);
    const kept = whole[place] ?? span;
    write(days[day]!, whole);
    drawing.block(day, place)?.focus();
    const isJoined = kept.opens !== span.opens || kept.closes !== span.closes;
    drawing.say(fill(isJoined ? texts.merged : said, { hours: label(day, kept) }));
  }
  function without(day: number, place: number): Span[] {
    return spansOf(day).filter((_span, at) => at !== place);
  }

  return {
    add(day) {
      const span = roomFor(spansOf(day), slot());
      if (span) keep(day, [...spansOf(day), span], span, texts.added);
      else drawing.say(fill(texts.no_room, { day: days[day]!.name }));
    },
    addAt(day, minute) {
      const spans = spansOf(day);
      const wished = drawn(minute, minute + Math.max(120, slot()), slot());
      // Up to the next block, if that is nearer.
      const next = Math.min(...spans.map(({ opens }) => opens).filter((opens) => opens > wished.opens));
      const room = next < wished.closes ? withEnd(wished, next, slot()) : wished;
      keep(day, [...spans, room], room, texts.added);
    },
    put(span, day, from) {
      if (from && from.day !== day) write(days[from.day]!, without(from.day, from.place));
      const others = from && from.day === day ? without(day, from.place) : spansOf(day);
      keep(day, [...others, span], span, from ? texts.changed : texts.added);
    },
    step(day, place, direction, what) {
      const spans = spansOf(day);
      const span = spans[place];
      if (!span) return;
      const by = direction * (what === "end" ? slot() : startStep(slot()));
      const next = what === "end" ? { ...span, closes: span.closes + by } : shifted(span, by);
      const isNew = next.opens !== span.opens || next.closes !== span.closes;
      if (isNew && fits(spans, next, place)) keep(day, [...without(day, place), next], next, texts.changed);
      else drawing.say(texts.at_the_edge);
    },
    remove(day, place) {
      write(days[day]!, without(day, place));
      const next = drawing.block(day, Math.max(place - 1, 0)) ?? drawing.columns[day]?.add;
      next?.focus();
      drawing.say(fill(texts.removed, { day: days[day]!.name, hours: hoursLabel(spansOf(day), texts) }));
    },
    copy(day) {
      const spans = read(days[day]!);
      if (!spans) return drawing.say(`${days[day]!.name}: ${texts.unreadable}`);
      for (const other of days.slice(0, 5)) if (other !== days[day]) write(other, spans);
      drawing.say(fill(texts.copied, { day: days[day]!.name }));
    },
  };

  function shifted(span: Span, by: number): Span {
    const next = moved(span, span.opens + by, slot());
    // A block that stands beside the grid is first brought onto it.
    return Math.sign(next.opens - span.opens) === Math.sign(by)
      ? next
      : { opens: span.opens + by, closes: span.closes + by };
  }
}
