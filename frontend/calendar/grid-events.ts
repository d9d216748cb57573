/** Our items as FullCalendar's events and back, and what they look like inside. */
import type {
  DateSelectInfo,
  EventApi,
  EventDisplayInfo,
  EventDropInfo,
  EventInput,
  EventResizeDoneInfo,
} from "fullcalendar";

import { element } from "../shared/dialog";
import type { Item } from "./feed";

/** A stretch of time of one resource, both ends instants with the zone's offset; or of whole days, both days of it. */
export interface Slot {
  resourceId: string;
  start: string;
  end: string;
}

/** What a drag changed, and nothing else: a booking that only changed its column keeps its very instants. */
export interface Move {
  item: Item;
  starts_at?: string;
  ends_at?: string;
  resourceIds?: string[];
  /** True when Alt was held: the booking stays, and another like it is wanted there. */
  isCopy: boolean;
  revert(): void;
}

/** `isCrowded`: side by side with so many that its words have to stand upright. */
export function toEvent(item: Item, mayEdit: boolean, isCrowded = false): EventInput {
  const isMine = isEditable(item, mayEdit);
  return {
    id: item.id,
    resourceIds: item.resourceIds,
    title: item.title,
    start: item.start,
    end: item.end,
    ...(item.display ? { display: item.display } : {}),
    editable: isMine,
    resourceEditable: isMine,
    extendedProps: { item, isCrowded },
  };
}

export function isEditable({ extendedProps }: Item, mayEdit: boolean): boolean {
  return mayEdit && extendedProps.mayEdit === true && extendedProps.kind === "booking";
}

export function itemOf(event: EventApi): Item {
  // While a slot is being dragged FullCalendar draws an event of its own making.
  return (
    (event.extendedProps["item"] as Item | undefined) ?? {
      id: "",
      resourceIds: [],
      title: "",
      start: "",
      end: "",
      extendedProps: { kind: "new" },
    }
  );
}

export function isClosure({ extendedProps: { kind } }: Item): boolean {
  return kind === "closure";
}

export function toSlot({ resource, startStr, endStr }: DateSelectInfo): Slot {
  return { resourceId: resource?.id ?? "", start: startStr, end: endStr };
}

interface Delta {
  years: number;
  months: number;
  days: number;
  milliseconds: number;
}

/** FullCalendar leaves a delta out where time did not change. */
export function toMove(
  { event, revert, jsEvent, ...info }: EventDropInfo | EventResizeDoneInfo,
  startDelta: Delta | null,
  endDelta = startDelta,
): Move {
  const item = itemOf(event);
  const isCopy = "delta" in info && jsEvent.altKey;
  const move: Move = { item, revert, isCopy };
  if (isChange(startDelta)) move.starts_at = event.startStr;
  if (isChange(endDelta)) move.ends_at = event.endStr;
  if ("newResource" in info && info.newResource) {
    const { oldResource, newResource } = info;
    move.resourceIds = item.resourceIds.map((id) => (id === oldResource?.id ? newResource.id : id));
  }
  return move;
}

function isChange(delta: Delta | null): boolean {
  return delta !== null && Boolean(delta.years || delta.months || delta.days || delta.milliseconds);
}

/** Closures have names; that hours are closed the ground says. */
export function closedBody(item: Item): HTMLElement[] {
  return isClosure(item) ? [element("span", { className: "grid-closed", textContent: item.title })] : [];
}

export interface Description {
  /** Its small print. */
  note: string;
  /** What a screen reader says besides. */
  spoken: string;
  /** Its time, where no text says it. */
  when(): string;
}

/** What an item says in its box. */
export function eventBody(info: EventDisplayInfo, describe: (item: Item) => Description): HTMLElement[] {
  const item = itemOf(info.event);
  const time = element("span", { className: "grid-event-time", textContent: info.timeText });
  if (!item.id) return [time];
  const { note, when, spoken } = describe(item);
  return [
    element("strong", { className: "grid-event-title", textContent: item.title }),
    // Timelines have no text for it: there its place says when it is, to those who see it.
    ...(info.timeText ? [time] : []),
    element("span", { className: "grid-event-note", textContent: note }),
    element("span", { className: "visually-hidden", textContent: info.timeText ? spoken : `${when()}, ${spoken}` }),
  ];
}
