/** Where so many bookings of one resource share an hour that side by side none has room for a line. Pure. */
import { instant } from "../shared/dates";
import { isPlanned, type Item } from "./feed";

interface Stretch {
  id: string;
  since: number;
  until: number;
}

/** The ids of items of which more than `most` stand side by side at some moment, in any of their columns. */
export function crowdedIds(items: Item[], most: number): Set<string> {
  const columns = new Map<string, Stretch[]>();
  for (const { id, start, end, resourceIds } of items.filter(isPlanned)) {
    const stretch = { id, since: instant(start).valueOf(), until: instant(end).valueOf() };
    for (const resourceId of resourceIds) {
      const column = columns.get(resourceId) ?? [];
      columns.set(resourceId, column);
      column.push(stretch);
    }
  }
  return new Set([...columns.values()].flatMap((column) => crowdedIn(column, most)));
}

function crowdedIn(column: Stretch[], most: number): string[] {
  // Most are abreast at a moment at which one of them begins.
  const abreast = column.map(({ since }) => column.filter((other) => other.since <= since && since < other.until));
  return abreast.filter((group) => group.length > most).flatMap((group) => group.map(({ id }) => id));
}
