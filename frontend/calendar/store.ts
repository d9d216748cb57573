/** The items of the shown days as the server last said them: asked once for a span, and again when something changed. */
import { loadItems, type Item } from "./feed";
import type { Api } from "../shared/api";

export interface StoreOptions {
  api: Api;
  url: string;
  /** What the server narrows down, besides the span. */
  params(): Record<string, string>;
  onLoading(isLoading: boolean): void;
  onLoaded(): void;
  onFailed(error: unknown): void;
}

export interface Store {
  /** The items that touch a span, at once when they are known. Never fails: what went wrong `onFailed` hears. */
  load(start: string, end: string): Item[] | Promise<Item[]>;
  /** What was loaded last. */
  items(): Item[];
  /** The next `load` asks the server again; quietly, when it is nobody's doing here. */
  forget(isQuiet?: boolean): void;
}

export function createStore({ api, url, params, onLoading, onLoaded, onFailed }: StoreOptions): Store {
  let known = "";
  let items: Item[] = [];
  let running = 0;
  let isQuiet = false;
  let pending: { asked: string; answer: Promise<Item[]> } | null = null;

  return {
    items: () => items,
    forget(quietly = false) {
      known = "";
      pending = null;
      isQuiet = quietly;
    },
    load(start, end) {
      const asked = JSON.stringify([start, end, params()]);
      if (asked === known) return items;
      // Two who ask the same at once get one answer.
      if (pending?.asked !== asked) pending = { asked, answer: read(asked, start, end) };
      return pending.answer;
    },
  };

  async function read(asked: string, start: string, end: string): Promise<Item[]> {
    const turn = ++running;
    if (!isQuiet) onLoading(true);
    isQuiet = false;
    try {
      const found = await loadItems(api, url, start, end, params());
      // Somebody who goes on quickly is shown where they have come to, not what was late.
      if (turn !== running) return found;
      [known, items] = [asked, found];
      onLoaded();
      return found;
    } catch (error) {
      if (turn === running) onFailed(error);
      return [];
    } finally {
      if (turn === running) {
        pending = null;
        onLoading(false);
      }
    }
  }
}
