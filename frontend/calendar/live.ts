/** Asks the server every other second what changed, while somebody looks, and says so when it is a good moment. */
import { type Api } from "../shared/api";
import { withParams } from "./feed";

/** What the server answers: read again what you show of it. */
export interface Changes {
  cursor: string;
  bookings: string[];
  closures: boolean;
  resources: boolean;
  people: boolean;
  more: boolean;
}

export interface LiveOptions {
  api: Api;
  url: string;
  /** From here on changes are told: from before anything was read, so that nothing falls in between. */
  cursor: string;
  /** While a booking is in somebody's hand, or a form is open, what is new waits. */
  isBusy(): boolean;
  onChange(news: { areResourcesNew: boolean }): void;
  /** Whether the server can be asked at all: what is shown may be old otherwise. */
  onReach(isReached: boolean): void;
}

export const EVERY_MS = 1500;
const SLOWEST_MS = 30_000;
/** As many silences in a row are no hiccup. */
const MANY = 3;

export function followChanges({ api, url, isBusy, onChange, onReach, ...begin }: LiveOptions): void {
  let cursor = begin.cursor;
  let news: { areResourcesNew: boolean } | null = null;
  let silences = 0;
  let timer = 0;

  const wait = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), Math.min(EVERY_MS * 2 ** silences, SLOWEST_MS));
  };
  async function look(): Promise<void> {
    clearTimeout(timer);
    // A page nobody sees asks nothing; it looks as soon as it is seen again.
    if (document.visibilityState !== "visible") return;
    try {
      const changes = await api.get<Changes>(withParams(url, { after: cursor }));
      if (silences >= MANY) onReach(true);
      silences = 0;
      if (isNew(changes)) {
        const areResourcesNew = changes.resources || changes.more || Boolean(news?.areResourcesNew);
        news = { areResourcesNew };
      }
      cursor = changes.cursor;
    } catch {
      silences += 1;
      if (silences === MANY) onReach(false);
    }
    if (news && !isBusy()) {
      const told = news;
      news = null;
      onChange(told);
    }
    wait();
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void look());
  wait();
}

export function isNew({ bookings, closures, resources, people, more }: Changes): boolean {
  return bookings.length > 0 || closures || resources || people || more;
}
