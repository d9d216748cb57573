/** How a booking repeats: the fields of the form as a rule of RFC 5545. Pure but for reading them. */

export interface Repeat {
  step: "" | "day" | "week" | "month";
  interval: number;
  /** 0 is Monday. */
  weekdays: number[];
  monthly: "date" | "place" | "last";
  until: string;
  times: number;
}

const FREQUENCY = { day: "DAILY", week: "WEEKLY", month: "MONTHLY" } as const;
const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

export function readRepeat(form: HTMLFormElement): Repeat {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? "");
  const step = text("repeat");
  return {
    step: step === "day" || step === "week" || step === "month" ? step : "",
    interval: Math.max(1, Number(text("interval")) || 1),
    weekdays: data.getAll("weekdays").map(Number),
    monthly: text("monthly") === "place" ? "place" : text("monthly") === "last" ? "last" : "date",
    until: text("until"),
    times: Math.max(0, Number(text("times")) || 0),
  };
}

/** True when it says neither until when nor how many times, or both. */
export function lacksEnd({ step, until, times }: Repeat): boolean {
  return step !== "" && Boolean(until) === Boolean(times);
}

/** The rule of what begins on `day`; empty when it does not repeat. */
export function ruleOf({ step, interval, weekdays, monthly, until, times }: Repeat, day: string): string {
  if (!step) return "";
  const parts = [`FREQ=${FREQUENCY[step]}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  if (step === "week" && weekdays.length) {
    const days = [...weekdays].sort((one, other) => one - other).flatMap((each) => DAYS[each] ?? []);
    parts.push(`BYDAY=${days.join(",")}`);
  }
  if (step === "month" && monthly !== "date") {
    const date = Number(day.slice(8));
    const name = DAYS[(new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7]!;
    // The fifth such weekday is not in every month: then the last one is meant.
    const place = Math.ceil(date / 7);
    parts.push(`BYDAY=${monthly === "last" || place > 4 ? -1 : place}${name}`);
  }
  if (until) parts.push(`UNTIL=${until.replaceAll("-", "")}`);
  else if (times) parts.push(`COUNT=${times}`);
  return parts.join(";");
}
