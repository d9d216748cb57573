/** Every word of the calendar. The page translates them in <script type="application/json" id="calendar-texts">. */
import { fill, readTexts } from "../shared/texts";
import type { Item } from "./feed";

const ENGLISH = {
  today: "Today",
  previous_day: "Previous day",
  next_day: "Next day",
  earlier: "Earlier",
  later: "Later",
  go_to_date: "Go to date",
  new_booking: "New booking",
  edit_booking: "Change booking",
  all_kinds: "Everything",
  kind: "Show",
  kind_space: "Spaces",
  kind_equipment: "Equipment",
  kind_person: "People",
  kind_other: "Other",
  search: "Title or person",
  filters: "Filter",
  filters_many: "Filter ({count})",
  filter_status: "State",
  filter_source: "Made by",
  filter_people: "Room for so many people",
  filter_free: "Free on the shown day",
  filter_from: "From",
  filter_until: "Until",
  has_features: "Has",
  filter_at_least: "{name}, at least",
  filter_at_least_of: "{name} in {unit}, at least",
  filter_whichever: "Whichever",
  clear_filters: "Clear the filter",
  views: "Saved views",
  views_current: "View: {name}",
  views_mine: "Only yours",
  views_shared: "Shared with colleagues",
  views_none: "None yet. Set the filter as you like it and keep it under a name.",
  view_save_as: "Save as a view…",
  view_save: "Save as a view",
  view_change: "Change the view",
  view_change_named: "Change the view “{name}”…",
  view_name: "Name",
  view_name_needed: "Give it a name.",
  view_hint: "It keeps the way you look and the filter, but not the day.",
  view_shared: "Colleagues see it too",
  view_retake: "Keep what the calendar shows now under this name",
  view_saved: "Saved as “{name}”.",
  view_delete: "Delete…",
  view_delete_title: "Delete the view “{name}”?",
  view_delete_own: "Bookings stay as they are.",
  view_delete_shared: "Colleagues who use it lose it too. Bookings stay as they are.",
  view_delete_do: "Delete the view",
  view_gone: "The view “{name}” is gone.",
  any: "Anybody",
  source_staff: "Staff",
  source_self: "Members themselves",
  source_import: "Import",
  source_calcom: "Cal.com",
  source_api: "API",
  columns: "Shown",
  columns_shown: "{shown} of {all}",
  show_all: "All",
  show_none: "None",
  zone_note: "Times are {zone}.",
  hours: "Hours",
  grid_label: "Bookings by resource and time",
  resources: "Rooms and things",
  no_group: "Others",
  all_day: "All day",
  more: "{count} more",
  choose: "Choose {title}",

  loading: "Loading the bookings…",
  bookings_none: "No bookings.",
  bookings_one: "1 booking",
  bookings_many: "{count} bookings",
  closed_for: "Closed: {titles}.",
  load_failed: "The calendar could not be loaded.",
  retry: "Try again",
  empty_house_title: "There is nothing to book yet",
  empty_house: "Rooms, equipment and people appear here once they are under Resources.",
  resources_page: "Resources",
  no_resources_title: "Nothing to show here yet",
  no_resources: "There is nothing of this kind, or every column is switched off.",
  show_everything: "Show everything",
  too_many_title: "{resources} side by side would be {columns} columns",
  too_many: "Nobody can read that. Choose up to {most} of them, or see all of them as rows.",
  see_timeline: "Show as a timeline",
  choose_columns: "Choose what to show",

  not_live: "Changes by others do not come through at the moment. The calendar goes on trying.",

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
  party_size: "People",
  note: "Note",
  set_up: "Set-up",
  pack_down: "Pack-down",
  from_time: "from {time}",
  until_time: "until {time}",
  held_until: "Held until",
  busy: "Busy",
  open_page: "Open its page",
  change: "Change…",
  confirm: "Confirm",
  decline: "Decline…",
  cancel_booking: "Cancel booking…",
  duplicate: "Duplicate…",
  prolong: "Hold longer",
  prolonged: "Held longer.",
  check_in: "Check in",
  checked_in: "Checked in.",
  give_back: "End now",
  given_back: "Ended. The rest of the time is free.",
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
  add_person: "Add “{name}” as a new person",
  leg_add: "Add something else",
  leg_or: "Or instead…",
  leg_also: "Also needed",
  leg_instead: "Or instead",
  leg_units: "How many",
  leg_remove: "Take this off",
  form_incomplete: "Something is missing.",
  title_needed: "Say what it is.",
  date_needed: "Say on which day.",
  start_needed: "Say when it begins.",
  end_needed: "Say when it ends.",
  repeat_needs_end: "Say until when it repeats, or how many times; one of the two.",
  is_free: "This time is free.",
  is_not_free: "This time cannot be had.",
  place_free: "{place} is free.",
  dates: "Dates of the series",
  dates_all: "All dates are free: {free}.",
  dates_some: "Dates that are free: {free}. That cannot be had: {refused}.",
  dates_skip: "Book those that are free, and leave the others out",
  date_free: "free",

  created: "Booked: {title}.",
  created_pending: "Requested: {title}.",
  created_hold: "Held: {title}.",
  created_series: "Booked with its dates: {title}.",
  moved: "Moved to {time}.",
  moved_place: "Moved to {place}, {time}.",
  saved: "Saved.",
  confirmed: "Confirmed.",
  declined: "Declined.",
  cancelled: "Cancelled.",
  undo: "Undo",
  undone: "Undone.",
  undone_reason: "Made by mistake",

  chosen_one: "1 booking chosen",
  chosen_many: "{count} bookings chosen",
  bulk_with: "What to do with them",
  bulk_confirm: "Confirm",
  bulk_decline: "Decline",
  bulk_cancel: "Cancel",
  bulk_move: "Move by days or hours",
  bulk_change_resource: "Change to another resource",
  bulk_message: "Write to the people",
  bulk_go: "Go on…",
  bulk_none: "Choose none",

  keys_title: "Keys",
  keys_booking: "On a booking",
  key_step: "Earlier, later",
  key_views: "The views, from day to agenda",
  key_search: "Look for a title or a person",
  key_undo: "Undo, for ten seconds",
  key_open: "What it is, and its steps",
  key_confirm: "Confirm",
  key_decline: "Decline",
  key_cancel: "Cancel",
  key_change: "Change",
  key_copy: "Duplicate",
  key_choose: "Choose for something done to several",
  keys_mouse: "With a mouse: hold Alt while dragging to duplicate, hold Shift to choose several.",

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
