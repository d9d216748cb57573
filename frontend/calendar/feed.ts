/** What the calendar reads from the API and sends to it: resources once, the items of a day at a time. */
import type { Api } from "../shared/api";

export interface Resource {
  id: string;
  kind: string;
  name: string;
  units?: number;
  capacity?: number | null;
  /** Values by the key of a feature. */
  features?: Record<string, unknown>;
  /** A floor or a lab it belongs to; empty for none. */
  group?: string;
}

/** A booking, session, visit or closure; or, with display "background", time that is closed. */
export interface Item {
  id: string;
  resourceIds: string[];
  title: string;
  start: string;
  end: string;
  display?: string;
  extendedProps: {
    kind: string;
    status?: string;
    version?: number;
    person?: string | null;
    person_id?: string | null;
    party_size?: number | null;
    mayEdit?: boolean;
    url?: string | null;
    legs?: Leg[];
  };
}

/** One resource of a booking, with whatever else the feed says of it: how many units, whether alone. */
export interface Leg {
  resource_id: string;
  units?: number;
  exclusive?: boolean;
}

/** A leg as it is asked for: a certain resource, or any of several that would do, the best first. */
export interface LegWish {
  resource_id?: string;
  any_of?: string[];
  units?: number;
  exclusive?: boolean;
}

/** What POST and PATCH answer with, as far as the calendar needs it. */
export interface Booking {
  id: string;
  status: string;
  version: number;
  series_id?: string | null;
}

/** A booking by itself: with what the feed leaves out. */
export interface FullBooking extends Booking {
  note: string;
  visibility: string;
  source: string;
  may: string[];
  expires_at?: string | null;
  legs: (Leg & { blocks_from: string; blocks_until: string })[];
}

/** A body for POST or PATCH /api/bookings; absent means unchanged. */
export interface BookingRequest {
  title?: string;
  starts_at?: string;
  ends_at?: string;
  legs?: LegWish[];
  person_id?: string | null;
  party_size?: number;
  note?: string;
  visibility?: string;
  status?: string | null;
  series?: { rule: string; on_conflict: "refuse" | "skip" };
}

interface Page<Entry> {
  items: Entry[];
  next?: string | null;
}

/** Ended bookings take no room, so they are not drawn. */
const ENDED = new Set(["cancelled", "declined", "expired"]);

/** All resources, page after page, in the order the API gives them. */
export async function loadResources(api: Api, url: string): Promise<Resource[]> {
  const resources: Resource[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<Resource> = await api.get(cursor ? withParams(url, { cursor }) : url);
    resources.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return resources;
}

/** The items that touch the half-open span; both ends are instants with an offset. */
export async function loadItems(
  api: Api,
  url: string,
  start: string,
  end: string,
  params: Record<string, string> = {},
): Promise<Item[]> {
  const items: Item[] = await api.get(withParams(url, { ...params, start, end }));
  return items.filter((item) => !ENDED.has(item.extendedProps?.status ?? ""));
}

/** Is it something people planned, rather than closed hours in the background? */
export function isPlanned(item: Item): boolean {
  return item.display !== "background";
}

/** Is it one of the hours that are closed every week, rather than a closure with a name? */
export function closesHours(item: Item): boolean {
  return item.extendedProps.kind === "closed";
}

/** The titles of what closes any of these resources, each once; closed hours have none worth a word. */
export function closuresOf(items: Item[], resourceIds: Set<string>): string[] {
  const closures = items.filter(
    (item) => item.extendedProps.kind === "closure" && item.resourceIds.some((id) => resourceIds.has(id)),
  );
  return [...new Set(closures.map(({ title }) => title))];
}

/** The legs of an item after its columns changed: units go along to a new column; being alone there does not. */
export function legsFor(item: Item, resourceIds: string[]): Leg[] {
  const known = item.extendedProps.legs ?? [];
  const left = known.filter((leg) => !resourceIds.includes(leg.resource_id));
  return resourceIds.map((resource_id) => {
    const leg = known.find((each) => each.resource_id === resource_id);
    if (leg) return leg;
    const units = left.shift()?.units;
    return units === undefined ? { resource_id } : { resource_id, units };
  });
}

export function withParams(url: string, params: Record<string, string>): string {
  const [path = "", query = ""] = url.split("?");
  const search = new URLSearchParams(query);
  for (const [name, value] of Object.entries(params)) search.set(name, value);
  return `${path}?${search}`;
}
