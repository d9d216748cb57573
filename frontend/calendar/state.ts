/** Where the calendar stands: what the page says, what the address says, what this browser remembers. */
import { isDay, today } from "../shared/dates";
import { isView, type ViewName } from "./views";

/** What the page says in data- attributes. */
export interface Settings {
  eventsUrl: string;
  bookingsUrl: string;
  resourcesUrl: string;
  peopleUrl: string;
  featuresUrl: string;
  freeUrl: string;
  changesUrl: string;
  /** What has changed until here the page shows. */
  changesCursor: string;
  bulkUrl: string;
  /** The script that draws grids and timelines. */
  gridScript: string;
  /** The page on which resources are added. */
  resourcesPage: string;
  viewsUrl: string;
  organisation: string;
  zone: string;
  locale: string;
  /** Of the week: 0 for Sunday, 1 for Monday. */
  firstDay: number;
  view: ViewName;
  day: string;
  kind: string;
  mayEdit: boolean;
}

/** What is shown of what there is. Empty means: whatever it is. */
export interface Filters {
  kind: string;
  /** What a resource must have, as the API's `feature=` says it: `sink`, `floor=2`, `max_temperature>=1200`. */
  features: string[];
  /** How many people must fit. */
  people: number;
  /** Clock times of the shown day between which a resource must be free: "10:00-12:00". */
  free: string;
  status: string[];
  /** Of a person, by id; and as they were called when they were chosen. */
  person: string;
  personName: string;
  source: string;
  text: string;
}

/** View, day and filters, kept in the address so that every state can be shared. */
export interface State {
  view: ViewName;
  day: string;
  filters: Filters;
}

export function readSettings(data: DOMStringMap): Settings {
  const zone = data.timeZone || "UTC";
  return {
    eventsUrl: data.eventsUrl ?? "/api/calendar/events",
    bookingsUrl: data.bookingsUrl ?? "/api/bookings",
    resourcesUrl: data.resourcesUrl ?? "/api/resources?limit=200",
    peopleUrl: data.peopleUrl ?? "/api/people",
    featuresUrl: data.featuresUrl ?? "/api/features",
    freeUrl: data.freeUrl ?? "/api/calendar/free",
    changesUrl: data.changesUrl ?? "/api/calendar/changes",
    changesCursor: data.changesCursor ?? "",
    bulkUrl: data.bulkUrl ?? "",
    gridScript: data.gridScript ?? "",
    resourcesPage: data.resourcesPage ?? "",
    viewsUrl: data.viewsUrl ?? "/api/views",
    organisation: data.organisation ?? "",
    zone,
    locale: data.locale || document.documentElement.lang || "en",
    firstDay: Number(data.firstDay) || 0,
    view: isView(data.view) ? data.view : "day",
    day: isDay(data.date) ? data.date : today(zone),
    kind: data.kind || "space",
    mayEdit: data.mayEdit === "true" || data.mayEdit === "",
  };
}

export function noFilters(kind = "all"): Filters {
  return { kind, features: [], people: 0, free: "", status: [], person: "", personName: "", source: "", text: "" };
}

/** The state an address asks for; what it does not say is as the page says. */
export function readState(address: string, settings: Settings): State {
  const query = new URL(address).searchParams;
  const [view, day, free] = [query.get("view"), query.get("date"), query.get("free") ?? ""];
  return {
    view: isView(view) ? view : settings.view,
    day: isDay(day) ? day : settings.day,
    filters: {
      kind: query.get("kind") || settings.kind,
      features: query.getAll("feature").filter(Boolean),
      people: Math.max(0, Math.trunc(Number(query.get("people")) || 0)),
      free: /^\d{2}:\d{2}-\d{2}:\d{2}$/.test(free) ? free : "",
      status: query.getAll("status").filter(Boolean),
      person: query.get("person") ?? "",
      personName: query.get("person_name") ?? "",
      source: query.get("source") ?? "",
      text: query.get("q") ?? "",
    },
  };
}

/** The address that shows this; what else it says stays. */
export function addressOf({ view, day, filters }: State, address: string): string {
  const url = new URL(address);
  const said: Record<string, string[]> = {
    view: [view],
    date: [day],
    kind: [filters.kind],
    feature: filters.features,
    people: filters.people ? [String(filters.people)] : [],
    free: [filters.free],
    status: filters.status,
    person: [filters.person],
    person_name: [filters.personName],
    source: [filters.source],
    q: [filters.text],
  };
  for (const [name, values] of Object.entries(said)) {
    url.searchParams.delete(name);
    for (const value of values) if (value) url.searchParams.append(name, value);
  }
  return url.href;
}

/** How many things besides the kind narrow the calendar. */
export function narrowing({ features, people, free, status, person, source, text }: Filters): number {
  return [features.length, people, free, status.length, person, source, text].filter(Boolean).length;
}

const YEAR_SECONDS = 31_536_000;

/** The view somebody saw last is the one their next visit begins with: the server reads this and says it in the page. */
export function rememberView(view: ViewName): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `calendar_view=${view}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}

/** Which columns someone switched off is a taste of theirs, kept in their browser. */
export function readHidden(organisation: string): Set<string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(hiddenKey(organisation)) ?? "[]");
    return new Set(Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : []);
  } catch {
    return new Set();
  }
}

export function writeHidden(organisation: string, hidden: Set<string>): void {
  try {
    localStorage.setItem(hiddenKey(organisation), JSON.stringify([...hidden]));
  } catch {
    // A browser that keeps nothing still shows the choice until the page is left.
  }
}

function hiddenKey(organisation: string): string {
  return `calendar-hidden:${organisation}`;
}
