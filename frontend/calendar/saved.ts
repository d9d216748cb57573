/** Views kept under a name: what of the state they hold, and who sees them. Pure, but for reading the list. */
import type { Api } from "../shared/api";
import { withParams } from "./feed";
import { addressOf, readState, type Settings, type State } from "./state";

/** As the API says it. */
export interface SavedView {
  id: string;
  name: string;
  query: string;
  shared: boolean;
  owner: string;
  may_change: boolean;
  version: number;
}

/** Only the query matters; an address needs a place to be read from. */
const NOWHERE = "https://calendar.invalid/";

/** What a view keeps: how one looks and what narrows it. Not the day: it is looked at whatever day it is. */
export function queryOf(state: State): string {
  const url = new URL(addressOf(state, NOWHERE));
  url.searchParams.delete("date");
  return url.search.slice(1);
}

/** What a view asks for on this day. What it does not say, and what is known no more, is as the page says. */
export function stateOf({ query }: Pick<SavedView, "query">, settings: Settings, day: string): State {
  return { ...readState(`${NOWHERE}?${query}`, settings), day };
}

/** The view that is looked at: the one that asks for what is shown, however its query puts it. */
export function viewOf<View extends Pick<SavedView, "query">>(
  views: View[],
  state: State,
  settings: Settings,
): View | undefined {
  const shown = queryOf(state);
  return views.find((view) => queryOf(stateOf(view, settings, state.day)) === shown);
}

/** Throws Problem. */
export async function loadViews(api: Api, url: string): Promise<SavedView[]> {
  const views: SavedView[] = [];
  let cursor: string | null = "";
  do {
    const asked: Record<string, string> = { page: "calendar", ...(cursor ? { cursor } : {}) };
    const page: { items: SavedView[]; next: string | null } = await api.get(withParams(url, asked));
    views.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return views;
}
