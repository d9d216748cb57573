/** Drives FullCalendar: resources and time as columns, as rows or as a month, in a named time zone. */
import { Calendar, type CalendarOptions } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import interaction from "fullcalendar/interaction";
import type { ResourceInput } from "fullcalendar-scheduler";
import resourceTimeGrid from "fullcalendar-scheduler/resource-timegrid";
import resourceTimeline from "fullcalendar-scheduler/resource-timeline";
import scrollGrid from "fullcalendar-scheduler/scrollgrid";

import { wallTime } from "../shared/dates";
import { keepInside } from "../shared/dialog";
import { crowdedIds } from "./crowding";
import type { Item, Resource } from "./feed";
import {
  closedBody,
  eventBody,
  itemOf,
  toEvent,
  toMove,
  toSlot,
  type Description,
  type Move,
  type Slot,
} from "./grid-events";
import { mendRoles } from "./grid-roles";
import { CLASSES, TIMES, TYPE_OF, VIEW_OPTIONS } from "./grid-looks";
import { columnsOf, type ViewName } from "./views";

export type DrawnView = Exclude<ViewName, "agenda">;

export interface GridOptions extends GridActs {
  zone: string;
  locale: string;
  firstDay: number;
  mayEdit: boolean;
  label: string;
  hoursLabel: string;
  resourcesLabel: string;
  /** What stands over those of no group, where others have one. */
  noGroupLabel: string;
  /** "3 more", of a day of the month that has no room for them. */
  moreLabel(count: number): string;
  describe(item: Item): Description;
}

/** What it asks, and what people do in it. */
export interface GridActs {
  load(start: string, end: string): Item[] | Promise<Item[]>;
  /** Whether it is one of those chosen for something done to several. */
  isChosen(id: string): boolean;
  /** A booking is taken up, or an empty stretch drawn (null): where it may go can be painted. */
  onHold(item: Item | null): void;
  onRelease(): void;
  /** What is in hand hovers over this stretch. */
  onHover(resourceId: string, start: Date, end: Date): void;
  onSelect(slot: Slot): void;
  onOpen(item: Item, at: HTMLElement): void;
  onMove(move: Move): void;
  /** A day whose own view is wanted. */
  onDay(day: string): void;
}

/** What is drawn first, all at once: an empty grid before it would be drawn for nothing. */
export interface GridStart {
  view: DrawnView;
  day: string;
  resources: Resource[];
}

export interface Grid {
  show(view: DrawnView, day: string): void;
  showResources(resources: Resource[]): void;
  /** Draws again what `load` gives. */
  refresh(): void;
  unselect(): void;
  /** Marks stretches that cannot be had, in place of those marked before. */
  paint(refused: { resourceId: string; start: string; end: string }[]): void;
  /** Shows which are chosen. */
  showChosen(): void;
  /** True while a pointer is down on it: drawing anew would take it out of somebody's hand. */
  isHeld(): boolean;
}

const DAY_MS = 86_400_000;
/** A quarter to eight: where a day begins to be looked at. */
const OPENING_MINUTES = 465;
/** A column is at least so wide; narrower than the other, words across it are cut after a few letters. */
const COLUMN_PX = 128;
const WORDS_PX = 52;
/** A phone: names of rooms leave most of the width to the bookings. */
const NARROW_PX = 600;
/** The source of what is painted while something is in hand. */
const PAINT = "refused";

export function createGrid(host: HTMLElement, options: GridOptions, start: GridStart): Grid {
  /** The event that had the focus when the day was read again; its element is about to be replaced. */
  let focused: string | undefined;
  let isHeld = false;
  let shown = start.view;
  const withResources = (resources: Resource[]): { resourceGroupField: string; resources: ResourceInput[] } => ({
    resourceGroupField: resources.some(({ group }) => group) ? "group" : "",
    resources: resources.map(({ id, name, group }, position) => ({
      id,
      title: name,
      position,
      group: group || options.noGroupLabel,
    })),
  });
  /** A timeline finds out how wide an hour is by drawing: what it has drawn before is drawn again. */
  let finding = start.view.startsWith("timeline")
    ? new Promise<void>((found) => requestAnimationFrame(() => setTimeout(found)))
    : null;
  void finding?.then(() => (finding = null));
  /** The resources as they were drawn last. */
  let drawn = withResources(start.resources);
  const calendar = new Calendar(host, {
    plugins: [resourceTimeGrid, resourceTimeline, dayGrid, scrollGrid, interaction],
    schedulerLicenseKey: "AGPL-My-Frontend-And-Backend-Are-Open-Source",
    initialView: TYPE_OF[start.view],
    initialDate: start.day,
    timeZone: options.zone,
    locale: options.locale,
    firstDay: options.firstDay,
    views: VIEW_OPTIONS,
    headerToolbar: false,
    allDaySlot: false,
    timedText: options.hoursLabel,
    height: "100%",
    // Timelines draw the rows and hours in sight only: 500 rooms of a week are 45,000 elements.
    virtualization: true,
    dayMinWidth: COLUMN_PX,
    scrollTime: { minutes: OPENING_MINUTES },
    scrollTimeReset: false,
    nowIndicator: true,
    slotEventOverlap: false,
    eventShortHeight: 34,
    resourceOrder: "position",
    resourceColumns: [{ field: "title", headerContent: options.resourcesLabel }],
    resourceColumnsWidth: host.clientWidth < NARROW_PX ? 116 : 190,
    moreLinkText: options.moreLabel,
    moreLinkClick: "popover",
    navLinks: true,
    navLinkDayClick: (date: Date) => options.onDay(wallTime(date, options.zone).day),
    selectable: options.mayEdit,
    selectMirror: true,
    eventResizableFromStart: true,
    eventResourceEditable: options.mayEdit,
    eventInteractive: true,
    // A finger scrolls at once and drags after a moment: long enough to tell them apart, short enough to be found.
    longPressDelay: 350,
    lazyFetching: false,
    ...drawn,
    events: ({ startStr, endStr }, take) => {
      const draw = (items: Item[]): void => {
        focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.item : undefined;
        const columns = columnsOf(shown, drawn.resources.length);
        const abreast = Math.max(host.clientWidth / columns, COLUMN_PX) / WORDS_PX;
        const crowded = columns ? crowdedIds(items, abreast) : new Set();
        take(items.map((item) => toEvent(item, options.mayEdit, crowded.has(item.id))));
      };
      // What is known is given at once, or an empty grid would be drawn first.
      const items = options.load(startStr, endStr);
      if (Array.isArray(items) && !finding) draw(items);
      else void Promise.all([items, finding]).then(([found]) => draw(found));
    },
    // Whoever loads has said so already; FullCalendar would write it to the console.
    eventSourceFailure: () => undefined,
    select: (info) => {
      options.onRelease();
      options.onSelect(toSlot(info));
    },
    eventClick: ({ event, jsEvent, el }) => {
      jsEvent.preventDefault();
      options.onOpen(itemOf(event), el);
    },
    eventDragStart: ({ event }) => options.onHold(itemOf(event)),
    eventResizeStart: ({ event }) => options.onHold(itemOf(event)),
    eventDragStop: options.onRelease,
    eventResizeStop: options.onRelease,
    // Neither refuses anything: the server is the judge. They only tell where the pointer has come to.
    eventAllow: ({ start, end, resource }, dragged) => {
      options.onHover(resource?.id ?? (dragged && itemOf(dragged).resourceIds[0]) ?? "", start, end);
      return true;
    },
    selectAllow: ({ start, end, resource }) => {
      options.onHold(null);
      options.onHover(resource?.id ?? "", start, end);
      return true;
    },
    eventDrop: (info) => options.onMove(toMove(info, info.delta)),
    eventResize: (info) => options.onMove(toMove(info, info.startDelta, info.endDelta)),
    eventDidMount: ({ el, event, isMirror }) => {
      if (isMirror) return;
      el.dataset.item = event.id;
      el.toggleAttribute("data-chosen", options.isChosen(event.id));
      if (event.id === focused)
        queueMicrotask(() => document.activeElement === document.body && el.focus({ preventScroll: true }));
    },
    // What a day of the month has no room for opens as a dialog; FullCalendar lets Tab out of it.
    dayHeaderDidMount: ({ el, inPopover }) => {
      const box = inPopover ? el.closest<HTMLElement>(".grid-popover") : null;
      if (box) keepInside(box);
    },
    eventContent: (info) => ({ domNodes: eventBody(info, options.describe) }),
    backgroundEventContent: ({ event }) => ({ domNodes: closedBody(itemOf(event)) }),
    ...TIMES,
    ...CLASSES,
  } satisfies CalendarOptions);
  /** A timeline of several days begins at the one that is looked at, not at its first. */
  const reveal = (view: DrawnView, day: string): void => {
    if (view !== "timeline-week" && view !== "timeline-month") return;
    const first = wallTime(calendar.view.activeStart, options.zone).day;
    const days = Math.round((Date.parse(day) - Date.parse(first)) / DAY_MS);
    calendar.scrollToTime(view === "timeline-week" ? { days, minutes: OPENING_MINUTES } : { days });
  };
  calendar.render();
  reveal(start.view, start.day);
  mendRoles(host, options.label);
  host.addEventListener("pointerdown", () => (isHeld = true));
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => {
      if (isHeld) options.onRelease();
      isHeld = false;
    });
  }
  // The hours follow the body (calendar.css keeps them from being a stop of their own); so must the wheel above them.
  host.addEventListener("wheel", ({ target, deltaY }) => {
    const body = target instanceof Element && target.closest(".grid-hour") ? host.querySelector(".grid-lane") : null;
    body?.closest('[style*="overflow"]')?.scrollBy({ top: deltaY });
  });

  return {
    show(view, day) {
      shown = view;
      calendar.changeView(TYPE_OF[view], day);
      reveal(view, day);
    },
    showResources(resources) {
      const next = withResources(resources);
      // Drawing them anew is dear, and most of the time they are the same.
      if (JSON.stringify(next) === JSON.stringify(drawn)) return;
      drawn = next;
      calendar.setOption("resourceGroupField", next.resourceGroupField);
      calendar.setOption("resources", next.resources);
    },
    refresh: () => calendar.refetchEvents(),
    unselect: () => calendar.unselect(),
    paint(refused) {
      calendar.getEventSourceById(PAINT)?.remove();
      if (!refused.length) return;
      const events = refused.map(({ resourceId, start, end }, index) =>
        toEvent(
          {
            id: `${PAINT}-${index}`,
            resourceIds: [resourceId],
            title: "",
            start,
            end,
            display: "background",
            extendedProps: { kind: PAINT },
          },
          false,
        ),
      );
      calendar.addEventSource({ id: PAINT, events });
    },
    showChosen() {
      for (const el of host.querySelectorAll<HTMLElement>("[data-item]"))
        el.toggleAttribute("data-chosen", options.isChosen(el.dataset.item ?? ""));
    },
    isHeld: () => isHeld,
  };
}

export type { Move, Slot };
