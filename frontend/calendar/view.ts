/** Where the calendar stands: what the page says, what the address says, what this browser remembers. */
import { isDay, today } from "../shared/dates";

/** What the page says in data- attributes. */
export interface Settings {
  eventsUrl: string;
  bookingsUrl: string;
  resourcesUrl: string;
  peopleUrl: string;
  organisation: string;
  zone: string;
  locale: string;
  day: string;
  kind: string;
  mayEdit: boolean;
}

/** Day and kind, kept in the address so that a view can be shared. */
export interface View {
  day: string;
  kind: string;
}

export function readSettings(data: DOMStringMap): Settings {
  const zone = data.timeZone || "UTC";
  return {
    eventsUrl: data.eventsUrl ?? "/api/calendar/events",
    bookingsUrl: data.bookingsUrl ?? "/api/bookings",
    resourcesUrl: data.resourcesUrl ?? "/api/resources",
    peopleUrl: data.peopleUrl ?? "/api/people",
    organisation: data.organisation ?? "",
    zone,
    locale: data.locale || document.documentElement.lang || "en",
    day: isDay(data.date) ? data.date : today(zone),
    kind: data.kind || "space",
    mayEdit: data.mayEdit === "true" || data.mayEdit === "",
  };
}

/** The view an address asks for; what it does not say is as the page says. */
export function readView(address: string, { day, kind }: Settings): View {
  const query = new URL(address).searchParams;
  const asked = query.get("date");
  return { day: isDay(asked) ? asked : day, kind: query.get("kind") || kind };
}

export function addressOf({ day, kind }: View, address: string): string {
  const url = new URL(address);
  url.searchParams.set("date", day);
  url.searchParams.set("kind", kind);
  return url.href;
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
