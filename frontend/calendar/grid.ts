/** The one module that knows FullCalendar: a day as a grid, resources across, hours down, in a named time zone. */
import {
  Calendar,
  type DateSelectInfo,
  type EventApi,
  type EventDisplayInfo,
  type EventDropInfo,
  type EventInput,
  type EventResizeDoneInfo,
  type SlotLaneInfo,
} from "fullcalendar";
import interaction from "fullcalendar/interaction";
import "fullcalendar/skeleton.css";
import resourceTimeGrid from "fullcalendar-scheduler/resource-timegrid";
import scrollGrid from "fullcalendar-scheduler/scrollgrid";

import { element } from "../shared/dialog";
import type { Item, Resource } from "./feed";

/** A stretch of time in one column, both ends instants with the zone's offset. */
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
  revert(): void;
}

export interface GridOptions {
  zone: string;
  locale: string;
  day: string;
  mayEdit: boolean;
  label: string;
  hoursLabel: string;
  /** The small print of an item, and what a screen reader says besides. */
  describe(item: Item): { note: string; spoken: string };
  load(start: string, end: string): Promise<Item[]>;
  onLoading(isLoading: boolean): void;
  onLoaded(items: Item[]): void;
  onFailed(error: unknown): void;
  onSelect(slot: Slot): void;
  onOpen(item: Item): void;
  onMove(move: Move): void;
}

export interface Grid {
  showDay(day: string): void;
  showResources(resources: Resource[]): void;
  /** Reads the day again. */
  refresh(): void;
  unselect(): void;
}

export function createGrid(host: HTMLElement, options: GridOptions): Grid {
  const idOf = new WeakMap<Element, string>();
  /** The event that had the focus when the day was read again; its element is about to be replaced. */
  let focused: string | undefined;
  const calendar = new Calendar(host, {
    plugins: [resourceTimeGrid, scrollGrid, interaction],
    schedulerLicenseKey: "AGPL-My-Frontend-And-Backend-Are-Open-Source",
    initialView: "resourceTimeGridDay",
    initialDate: options.day,
    timeZone: options.zone,
    locale: options.locale,
    headerToolbar: false,
    allDaySlot: false,
    timedText: options.hoursLabel,
    height: "100%",
    dayMinWidth: 128,
    // Rows are as fine as drags snap: with coarser rows FullCalendar takes the middle of a row for its start.
    slotDuration: "00:15",
    snapDuration: "00:15",
    slotHeaderInterval: "01:00",
    slotMinHeight: 14,
    scrollTime: "07:45",
    scrollTimeReset: false,
    nowIndicator: true,
    slotEventOverlap: false,
    eventShortHeight: 34,
    eventTimeFormat: { hour: "numeric", minute: "2-digit", omitZeroMinute: true },
    slotHeaderFormat: { hour: "numeric", minute: "2-digit", omitZeroMinute: true },
    resourceOrder: "position",
    selectable: options.mayEdit,
    selectMirror: true,
    eventResizableFromStart: true,
    eventResourceEditable: options.mayEdit,
    eventInteractive: true,
    resources: [],
    events: async ({ startStr, endStr }: { startStr: string; endStr: string }) => {
      const items = await options.load(startStr, endStr);
      options.onLoaded(items);
      focused = document.activeElement ? idOf.get(document.activeElement) : undefined;
      return items.map((item) => toEvent(item, options.mayEdit));
    },
    eventSourceFailure: options.onFailed,
    loading: (isLoading) => {
      options.onLoading(isLoading);
      hideHours(host);
    },
    select: (info) => options.onSelect(toSlot(info)),
    eventClick: ({ event, jsEvent }) => {
      jsEvent.preventDefault();
      options.onOpen(itemOf(event));
    },
    eventDrop: (info) => options.onMove(toMove(info, info.delta)),
    eventResize: (info) => options.onMove(toMove(info, info.startDelta, info.endDelta)),
    eventDidMount: ({ el, event }) => {
      idOf.set(el, event.id);
      if (event.id === focused)
        queueMicrotask(() => document.activeElement === document.body && el.focus({ preventScroll: true }));
    },
    eventContent: (info) => ({ domNodes: eventBody(info, options) }),
    backgroundEventContent: ({ event }) => ({ domNodes: closedBody(itemOf(event)) }),
    ...CLASSES,
  });
  calendar.render();
  host.querySelector("[role=grid]")?.setAttribute("aria-label", options.label);
  // The hours follow the body (calendar.css keeps them from being a stop of their own); so must the wheel above them.
  host.addEventListener("wheel", ({ target, deltaY }) => {
    const body = target instanceof Element && target.closest(".grid-hour") ? host.querySelector(".grid-lane") : null;
    body?.closest('[style*="overflow"]')?.scrollBy({ top: deltaY });
  });

  return {
    showDay: (day) => calendar.gotoDate(day),
    showResources: (resources) =>
      calendar.setOption(
        "resources",
        resources.map(({ id, name, ...rest }, position) => ({ id, title: name, position, ...rest })),
      ),
    refresh: () => calendar.refetchEvents(),
    unselect: () => calendar.unselect(),
  };
}

/** The column of hours calls itself a header and hides its text: for a screen reader it is nothing, so let it say so. */
function hideHours(host: HTMLElement): void {
  for (const header of host.querySelectorAll("[role=rowheader]:has(> [aria-hidden=true])")) {
    header.setAttribute("role", "none");
    header.removeAttribute("aria-label");
  }
}

/** The grid's looks are in calendar.css under these names; FullCalendar's own themes stay out. */
const CLASSES = {
  viewClass: "grid-view",
  tableHeaderClass: "grid-header",
  tableBodyClass: "grid-body",
  resourceDayHeaderClass: "grid-column-header",
  resourceDayHeaderInnerClass: "grid-column-name",
  dayLaneClass: "grid-lane",
  dayLaneInnerClass: "grid-lane-inner",
  slotLaneClass: ({ time }: SlotLaneInfo) => {
    const minutes = (time?.milliseconds ?? 0) / 60_000;
    if (minutes % 60 === 0) return "grid-slot hour";
    return minutes % 30 === 0 ? "grid-slot half" : "grid-slot";
  },
  slotHeaderClass: "grid-hour",
  slotHeaderInnerClass: "grid-hour-inner",
  slotHeaderDividerClass: "grid-divider",
  dayHeaderDividerClass: "grid-divider",
  fillerClass: "grid-filler",
  highlightClass: "grid-highlight",
  nowIndicatorLineClass: "grid-now",
  eventClass: ({ event, isDragging, isMirror, isShort }: EventDisplayInfo) => {
    const { kind, status = "" } = itemOf(event).extendedProps ?? {};
    const flags = [isDragging && "dragging", isMirror && "mirror", isShort && "short"].filter(Boolean);
    return ["grid-event", `kind-${kind}`, status, ...flags].join(" ");
  },
  eventBeforeClass: ({ isStartResizable }: EventDisplayInfo) => (isStartResizable ? "grid-handle start" : ""),
  eventAfterClass: ({ isEndResizable }: EventDisplayInfo) => (isEndResizable ? "grid-handle end" : ""),
  eventInnerClass: "grid-event-inner",
  backgroundEventClass: ({ event }: EventDisplayInfo) =>
    isClosure(itemOf(event)) ? "grid-background closure" : "grid-background",
};

function isClosure({ extendedProps: { kind } }: Item): boolean {
  return kind === "closure";
}

function toEvent(item: Item, mayEdit: boolean): EventInput {
  const { kind, mayEdit: mine } = item.extendedProps;
  const isEditable = mayEdit && mine === true && kind === "booking";
  return {
    id: item.id,
    resourceIds: item.resourceIds,
    title: item.title,
    start: item.start,
    end: item.end,
    ...(item.display ? { display: item.display } : {}),
    editable: isEditable,
    resourceEditable: isEditable,
    extendedProps: { item },
  };
}

function itemOf(event: EventApi): Item {
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

function toSlot({ resource, startStr, endStr }: DateSelectInfo): Slot {
  return { resourceId: resource?.id ?? "", start: startStr, end: endStr };
}

interface Delta {
  years: number;
  months: number;
  days: number;
  milliseconds: number;
}

/** FullCalendar leaves a delta out where time did not change. */
function toMove(
  { event, revert, ...info }: EventDropInfo | EventResizeDoneInfo,
  startDelta: Delta | null,
  endDelta = startDelta,
): Move {
  const item = itemOf(event);
  const move: Move = { item, revert };
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
function closedBody(item: Item): HTMLElement[] {
  return isClosure(item) ? [element("span", { className: "grid-closed", textContent: item.title })] : [];
}

function eventBody(info: EventDisplayInfo, { describe }: GridOptions): HTMLElement[] {
  const item = itemOf(info.event);
  const time = element("span", { className: "grid-event-time", textContent: info.timeText });
  const title = element("strong", { className: "grid-event-title", textContent: item.title });
  if (!item.id) return [time];
  const { note, spoken } = describe(item);
  return [
    title,
    time,
    element("span", { className: "grid-event-note", textContent: note }),
    element("span", { className: "visually-hidden", textContent: spoken }),
  ];
}
