/** While a booking is in somebody's hand: where it may not go is painted, and why is said where they are. */
import type { Api } from "../shared/api";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Item, Resource } from "./feed";
import { createMarks, paintable, whyNot } from "./marks";
import type { Texts } from "./texts";

export interface Holding {
  readonly hint: HTMLElement;
  hold(item: Item | null): void;
  hover(resourceId: string, start: Date, end: Date): void;
  release(): void;
  /** What was known is old. */
  forget(): void;
}

export interface HoldingOptions {
  resources(): Resource[];
  span(): { start: string; end: string };
  paint(refused: { resourceId: string; start: string; end: string }[]): void;
}

export function createHolding(api: Api, url: string, texts: Texts, options: HoldingOptions): Holding {
  const marks = createMarks(api, url, options.resources);
  const hint = element("p", { className: "calendar-hint", role: "status" });
  let held: string | null = null;
  let over: [string, Date, Date] | null = null;

  function say(): void {
    if (held === null || !over) return;
    const [resourceId, start, end] = over;
    const name = options.resources().find(({ id }) => id === resourceId)?.name ?? "";
    const reasons = whyNot(marks.known(), resourceId, start, end);
    const words = reasons.length
      ? reasons.join(" ")
      : marks.known().length
        ? fill(texts.place_free, { place: name })
        : "";
    if (hint.textContent !== words) hint.textContent = words;
  }

  return {
    hint,
    hold(item) {
      const id = item?.id ?? "";
      if (held === id) return;
      held = id;
      const { start, end } = options.span();
      void marks.load(start, end, id).then((free) => {
        // It may have been let go before the answer came.
        if (held !== id) return;
        options.paint(paintable(free));
        say();
      });
    },
    hover(resourceId, start, end) {
      over = [resourceId, start, end];
      say();
    },
    release() {
      if (held === null) return;
      [held, over] = [null, null];
      hint.textContent = "";
      options.paint([]);
    },
    forget: marks.forget,
  };
}
