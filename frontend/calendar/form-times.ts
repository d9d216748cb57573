/** When a booking is: a day and two clock times, in the organisation's zone; some go on overnight or longer. */
import { addDays, formatDay, instant, instantOf, wallTime } from "../shared/dates";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { createFields } from "./form-fields";
import type { Texts } from "./texts";

export interface Times {
  set(startsAt: Date, endsAt: Date): void;
  /** Instants with the zone's offset. Call it only when nothing is missing. */
  read(): { starts_at: string; ends_at: string };
  /** What is missing, by the API's names. */
  missing(): Record<string, string>;
}

export function createTimes(
  form: HTMLFormElement,
  { zone, locale, texts }: { zone: string; locale: string; texts: Texts },
): Times {
  const { control, value } = createFields(form);
  const endHint = element("p", { className: "hint" });
  endHint.setAttribute("aria-live", "polite");
  control("end").after(endHint);
  /** Days between the day of the start and that of the end. */
  let nights = 0;

  function endDay(): string {
    const [day, start, end] = [value("date"), value("start"), value("end")];
    return addDays(day, nights || (end <= start ? 1 : 0));
  }
  function showEndDay(): void {
    const isComplete = value("date") && value("start") && value("end");
    endHint.textContent =
      isComplete && endDay() !== value("date") ? fill(texts.ends_next_day, { day: formatDay(endDay(), locale) }) : "";
  }
  for (const name of ["date", "start", "end"]) {
    control(name).addEventListener("change", () => {
      // Once a person sets the times, the plain reading counts: an end before the start is on the next day.
      if (nights === 1) nights = 0;
      showEndDay();
    });
  }

  return {
    set(startsAt, endsAt) {
      const [start, end] = [wallTime(startsAt, zone), wallTime(endsAt, zone)];
      nights = Math.round((Date.parse(end.day) - Date.parse(start.day)) / 86_400_000);
      control("date").value = start.day;
      control("start").value = start.clock;
      control("end").value = end.clock;
      showEndDay();
    },
    read: () => ({
      starts_at: instantOf({ day: value("date"), clock: value("start") }, zone),
      ends_at: instantOf({ day: endDay(), clock: value("end") }, zone),
    }),
    missing: () => ({
      ...(value("date") ? {} : { date: texts.date_needed }),
      ...(value("start") ? {} : { starts_at: texts.start_needed }),
      ...(value("end") ? {} : { ends_at: texts.end_needed }),
    }),
  };
}

/** An hour to start from: the next full one of today's working hours, else ten o'clock. */
export function usualTimes(day: string, zone: string, now = new Date()): [Date, Date] {
  const nextHour = new Date(Math.ceil(now.valueOf() / HOUR_MS) * HOUR_MS);
  const next = wallTime(nextHour, zone);
  const isSoon = next.day === day && next.clock >= "08:00" && next.clock <= "20:00";
  const start = isSoon ? nextHour : instant(instantOf({ day, clock: "10:00" }, zone));
  return [start, new Date(start.valueOf() + HOUR_MS)];
}

const HOUR_MS = 3_600_000;
