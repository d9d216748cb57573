/** Every word of the calendar. The page translates them in <script type="application/json" id="calendar-texts">. */
import { fill, readTexts } from "../shared/texts";
import type { Item } from "./feed";

const ENGLISH = {
  today: "Today",
  previous_day: "Previous day",
  next_day: "Next day",
  go_to_date: "Go to date",
  new_booking: "New booking",
  edit_booking: "Change booking",
  all_kinds: "Everything",
  kind: "Show",
  kind_space: "Spaces",
  kind_equipment: "Equipment",
  kind_person: "People",
  kind_other: "Other",
  columns: "Columns",
  columns_shown: "{shown} of {all}",
  show_all: "All",
  show_none: "None",
  zone_note: "Times are {zone}.",
  hours: "Hours",
  grid_label: "Bookings of the day, one column for each resource",

  loading: "Loading the day…",
  bookings_none: "No bookings on this day.",
  bookings_one: "1 booking",
  bookings_many: "{count} bookings",
  closed_for: "Closed: {titles}.",
  load_failed: "The calendar could not be loaded.",
  retry: "Try again",
  no_resources_title: "Nothing to show here yet",
  no_resources: "There is nothing of this kind, or every column is switched off.",
  show_everything: "Show everything",

  legend: "Legend",
  status_hold: "Hold",
  status_pending: "Requested",
  status_confirmed: "Confirmed",
  programme: "Workshops, visits",
  closed: "Closed",
  kind_session: "Workshop",
  kind_visit: "Visit",
  kind_closure: "Closure",

  when: "When",
  where: "Where",
  person: "For",
  busy: "Busy",
  open_page: "Open its page",
  change: "Change…",
  confirm: "Confirm",
  decline: "Decline…",
  cancel_booking: "Cancel booking…",
  close: "Close",
  never_mind: "Never mind",
  decline_title: "Decline this request?",
  decline_reason: "Reason, told to the person who asked",
  decline_do: "Decline",
  cancel_title: "Cancel this booking?",
  cancel_reason: "Reason",
  cancel_do: "Cancel the booking",

  save_new: "Book",
  save_change: "Save",
  ends_next_day: "Ends on {day}.",
  alternatives: "This could be had instead:",
  alternative: "{place}, {time}",
  nobody_found: "Nobody found.",
  choose_time: "A date, a start and an end are needed.",

  created: "Booked: {title}.",
  created_pending: "Requested: {title}.",
  created_hold: "Held: {title}.",
  moved: "Moved to {time}.",
  moved_place: "Moved to {place}, {time}.",
  saved: "Saved.",
  confirmed: "Confirmed.",
  declined: "Declined.",
  cancelled: "Cancelled.",
  undo: "Undo",
  undone: "Undone.",
  undone_reason: "Made by mistake",
  unreachable: "The server cannot be reached. Check the connection and try again.",
  failed: "The server answered with an error. Try again in a moment.",
};

export type Texts = typeof ENGLISH;

export function calendarTexts(): Texts {
  return readTexts("calendar-texts", ENGLISH);
}

export function kindName(kind: string, texts: Texts): string {
  const names: Record<string, string> = {
    space: texts.kind_space,
    equipment: texts.kind_equipment,
    person: texts.kind_person,
    other: texts.kind_other,
  };
  return names[kind] ?? kind;
}

/** The state of an item in words. */
export function statusOf({ extendedProps: { status, kind } }: Item, texts: Texts): string {
  const names: Record<string, string> = {
    hold: texts.status_hold,
    pending: texts.status_pending,
    confirmed: texts.status_confirmed,
  };
  return names[status ?? ""] ?? (kind === "closure" ? texts.kind_closure : (status ?? ""));
}

/** What is worth a word beside the title: another kind, or a state; a confirmed booking is the rule. */
export function noteOf(item: Item, texts: Texts): string {
  const { kind, status } = item.extendedProps;
  const kinds: Record<string, string> = {
    session: texts.kind_session,
    visit: texts.kind_visit,
    closure: texts.kind_closure,
  };
  return kinds[kind] ?? (status === "confirmed" ? "" : statusOf(item, texts));
}

export function countOf(count: number, texts: Texts): string {
  if (count === 0) return texts.bookings_none;
  return count === 1 ? texts.bookings_one : fill(texts.bookings_many, { count });
}

/** How full the day is, and what is closed: for those who do not see the grid. */
export function dayInWords(count: number, closures: string[], texts: Texts): string {
  const booked = countOf(count, texts);
  if (!closures.length) return booked;
  const stop = booked.endsWith(".") ? "" : ".";
  return `${booked}${stop} ${fill(texts.closed_for, { titles: closures.join(", ") })}`;
}
