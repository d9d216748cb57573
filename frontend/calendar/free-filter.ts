/** Keeps to what is free between two clock times of the shown day; asks the server, which knows hours and buffers. */
import type { Api } from "../shared/api";
import { instant, instantOf } from "../shared/dates";
import type { Resource } from "./feed";
import { createMarks, whyNot } from "./marks";
import type { State } from "./state";

export interface FreeFilter {
  /** Whether it is left; while nothing is known, everything is. */
  has(id: string): boolean;
  /** Asks for the day and times of the state, if they are others. */
  look(state: State, resources: Resource[]): Promise<void>;
  /** Asks again. */
  refresh(): Promise<void>;
}

export function createFreeFilter(api: Api, url: string, zone: string, onChange: () => void): FreeFilter {
  let known = "";
  let free: Set<string> | null = null;
  let latest: (() => Promise<void>) | null = null;

  async function ask(start: string, end: string, resources: Resource[]): Promise<void> {
    const found = await createMarks(api, url, () => resources).load(start, end, "");
    const asked = new Set(found.map(({ resource_id }) => resource_id));
    free = new Set(
      resources
        .map(({ id }) => id)
        .filter((id) => asked.has(id) && !whyNot(found, id, instant(start), instant(end)).length),
    );
    onChange();
  }

  return {
    has: (id) => free?.has(id) ?? true,
    async look({ day, filters }, resources) {
      const asked = filters.free && resources.length ? `${day} ${filters.free}` : "";
      if (asked === known) return;
      known = asked;
      const [from = "", until = ""] = filters.free.split("-");
      if (!asked) {
        const wasNarrow = free !== null;
        [free, latest] = [null, null];
        if (wasNarrow) onChange();
        return;
      }
      const [start, end] = [instantOf({ day, clock: from }, zone), instantOf({ day, clock: until }, zone)];
      latest = () => ask(start, end, resources);
      await latest();
    },
    refresh: async () => latest?.(),
  };
}
