/** What would come of the form as it stands: asked of the server as one fills it in, and said in words. */
import { Problem, sentence, type Alternative, type Api, type Reason } from "../shared/api";
import { formatClock, formatDaySpan, instant } from "../shared/dates";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { BookingRequest } from "./feed";
import type { Texts } from "./texts";

/** What is asked about: a new booking, one that changes, or one that repeats. */
export type Question =
  | { kind: "new"; request: BookingRequest }
  | { kind: "change"; id: string; request: BookingRequest }
  | { kind: "series"; request: BookingRequest; rule: string };

export interface PreviewOptions {
  api: Api;
  bookingsUrl: string;
  zone: string;
  locale: string;
  texts: Texts;
  /** The form as it stands; null while something is missing. */
  question(): Question | null;
  describe(choice: Alternative): string;
  suits(choice: Alternative): boolean;
  choose(choice: Alternative): void;
}

export interface Preview {
  /** Asks anew, once the fields rest for a moment. */
  ask(): void;
  clear(): void;
  /** Of a series: whether the dates that can be had are wanted without the others. */
  skipsConflicts(): boolean;
}

interface Checked {
  starts_at: string;
  ends_at: string;
  legs: { blocks_from: string; blocks_until: string }[];
}
interface Rehearsal {
  free: number;
  refused: number;
  dates: { starts_at: string; ends_at: string; result: string; reasons: Reason[] }[];
}

/** Fields that have not been touched for so long are meant. */
const PAUSE_MS = 350;

export function createPreview(host: HTMLElement, options: PreviewOptions): Preview {
  const { api, bookingsUrl, zone, locale, texts } = options;
  const box = element("div", { className: "form-preview", role: "status" });
  host.prepend(box);
  const skip = element("input", { type: "checkbox", name: "skip_conflicts" });
  let timer = 0;
  let turn = 0;

  async function look(): Promise<void> {
    const question = options.question();
    const mine = ++turn;
    if (!question) return box.replaceChildren();
    let words: HTMLElement[];
    try {
      words = await answer(question);
    } catch (error) {
      words = error instanceof Problem && error.status === 409 ? against(error) : [];
    }
    // An answer about what the form no longer says is of no use.
    if (mine === turn) box.replaceChildren(...words);
  }
  async function answer(question: Question): Promise<HTMLElement[]> {
    if (question.kind === "series") {
      const { series: _, ...request } = question.request;
      const url = bookingsUrl.replace(/bookings\/?$/, "series/rehearsal");
      return dates(await api.ask<Rehearsal>(url, { ...request, rule: question.rule }));
    }
    const path = question.kind === "new" ? "check" : `${question.id}/check`;
    return free(await api.ask<Checked>(`${bookingsUrl}/${path}`, question.request));
  }
  /** It can be had; and from when to when the room is busy with it. */
  function free({ starts_at, ends_at, legs }: Checked): HTMLElement[] {
    const [from, until] = [instant(starts_at), instant(ends_at)];
    const early = Math.min(...legs.map(({ blocks_from }) => instant(blocks_from).valueOf()), from.valueOf());
    const late = Math.max(...legs.map(({ blocks_until }) => instant(blocks_until).valueOf()), until.valueOf());
    const clock = (at: number): string => formatClock(new Date(at), zone, locale);
    const buffers = [
      ...(early < from.valueOf() ? [`${texts.set_up} ${fill(texts.from_time, { time: clock(early) })}.`] : []),
      ...(late > until.valueOf() ? [`${texts.pack_down} ${fill(texts.until_time, { time: clock(late) })}.`] : []),
    ];
    return [element("p", { className: "good", textContent: [texts.is_free, ...buffers].join(" ") })];
  }
  function against(problem: Problem): HTMLElement[] {
    const causes = [...new Set(problem.reasons.map(({ detail, code }) => detail || code))];
    const words = causes.length ? causes : [sentence(problem)];
    const list = element("ul", { className: "reasons" }, ...words.map((textContent) => element("li", { textContent })));
    const choices = problem.alternatives.filter(options.suits).map((choice) => {
      const made = element("button", {
        type: "button",
        className: "button small",
        textContent: options.describe(choice),
      });
      made.addEventListener("click", () => options.choose(choice));
      return element("li", {}, made);
    });
    const title = element("strong", { textContent: texts.is_not_free });
    const offers = choices.length
      ? [element("p", { textContent: texts.alternatives }), element("ul", { className: "alternatives" }, ...choices)]
      : [];
    return [element("div", { className: "notice warning" }, title, list, ...offers)];
  }
  function dates({ free: count, refused, dates: all }: Rehearsal): HTMLElement[] {
    const rows = all.map(({ starts_at, ends_at, result, reasons }) => {
      const isFree = result === "free";
      const time = formatDaySpan(instant(starts_at), instant(ends_at), zone, locale);
      const why = isFree ? texts.date_free : reasons.map(({ detail, code }) => detail || code).join(" ");
      return element(
        "li",
        { className: isFree ? "" : "refused" },
        element("span", { className: "number", textContent: time }),
        element("span", { className: "small", textContent: why }),
      );
    });
    const title = refused ? fill(texts.dates_some, { free: count, refused }) : fill(texts.dates_all, { free: count });
    const scroller = element("ul", { className: "form-dates" }, ...rows);
    scroller.tabIndex = 0;
    scroller.setAttribute("aria-label", texts.dates);
    const wish = element("label", { className: "choice" }, skip, texts.dates_skip);
    return [element("p", {}, element("strong", { textContent: title })), scroller, ...(refused ? [wish] : [])];
  }

  return {
    ask() {
      clearTimeout(timer);
      timer = window.setTimeout(() => void look(), PAUSE_MS);
    },
    clear() {
      clearTimeout(timer);
      turn += 1;
      skip.checked = false;
      box.replaceChildren();
    },
    skipsConflicts: () => skip.checked,
  };
}
