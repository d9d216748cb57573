/** What is not free while a booking is chosen or dragged: painted on the grid, and said in words where the pointer is. */
import type { Api, Reason } from "../shared/api";
import { instant } from "../shared/dates";
import type { Resource } from "./feed";

/** A stretch of time that cannot be had, and every reason why. */
export interface Refused {
  start: string;
  end: string;
  reasons: Reason[];
}
export interface FreeOf {
  resource_id: string;
  refused: Refused[];
}

/** More the server does not look at in one go. */
const MOST_RESOURCES = 100;
/** The ground shows these already. */
const PAINTED = new Set(["closed", "closure"]);

export interface Marks {
  /** What is known of the span; asked for once, and again after `forget`. `except` is the booking in hand. */
  load(start: string, end: string, except: string): Promise<FreeOf[]>;
  known(): FreeOf[];
  forget(): void;
}

export function createMarks(api: Api, url: string, resources: () => Resource[]): Marks {
  let asked = "";
  let known: FreeOf[] = [];
  let running: Promise<FreeOf[]> = Promise.resolve([]);
  return {
    known: () => known,
    forget: () => ([asked, known] = ["", []]),
    load(start, end, except) {
      const ids = resources()
        .slice(0, MOST_RESOURCES)
        .map(({ id }) => id);
      const query = new URLSearchParams({ start, end, ...(except ? { except } : {}) });
      for (const id of ids) query.append("resource", id);
      if (!ids.length || asked === String(query)) return running;
      asked = String(query);
      known = [];
      // What is painted is a help; when it cannot be had, the server still judges what is sent.
      running = api.get<{ items: FreeOf[] }>(`${url}?${query}`).then(
        ({ items }) => (known = items),
        () => [],
      );
      return running;
    },
  };
}

/** What the ground does not show yet: taken by others, set-up and pack-down, too soon, parts of a hall. */
export function paintable(free: FreeOf[]): { resourceId: string; start: string; end: string }[] {
  return free.flatMap(({ resource_id, refused }) =>
    refused
      .filter(({ reasons }) => reasons.some(({ code }) => !PAINTED.has(code)))
      .map(({ start, end }) => ({ resourceId: resource_id, start, end })),
  );
}

/** Why the stretch cannot be had there, each reason once; empty when nothing is known against it. */
export function whyNot(free: FreeOf[], resourceId: string, start: Date, end: Date): string[] {
  const refused = free.find(({ resource_id }) => resource_id === resourceId)?.refused ?? [];
  const against = refused.filter((each) => instant(each.start) < end && instant(each.end) > start);
  return [...new Set(against.flatMap(({ reasons }) => reasons.map(({ detail, code }) => detail || code)))];
}
