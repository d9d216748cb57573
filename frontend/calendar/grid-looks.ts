/** How each view is set up in FullCalendar, and the names under which calendar.css draws it; its own themes stay out. */
import type { CalendarOptions, EventDisplayInfo, SlotLaneInfo } from "fullcalendar";

import { formatHour } from "../shared/dates";
import { itemOf } from "./grid-events";
import type { ViewName } from "./views";

/** What FullCalendar calls the views it draws; the agenda we draw ourselves. */
export const TYPE_OF: Record<Exclude<ViewName, "agenda">, string> = {
  day: "resourceTimeGridDay",
  days3: "resourceTimeGridThree",
  week: "resourceTimeGridWeek",
  "timeline-day": "resourceTimelineDay",
  "timeline-week": "resourceTimelineWeek",
  "timeline-month": "resourceTimelineMonth",
  month: "dayGridMonth",
};

const HOUR = { hour: "numeric", minute: "2-digit", omitZeroMinute: true } as const;
const DAY = { weekday: "short", day: "numeric" } as const;
/** Rows are as fine as drags snap: with coarser rows FullCalendar takes the middle of a row for its start. */
const QUARTER = "00:15";

/** A function, because of an object FullCalendar makes a format anew for each quarter of an hour. */
function hourInWords({ date, localeCodes }: { date: { hour: number }; localeCodes: string[] }): string {
  return formatHour(date.hour, localeCodes[0]!);
}

export const VIEW_OPTIONS: NonNullable<CalendarOptions["views"]> = {
  resourceTimeGridThree: { type: "resourceTimeGrid", duration: { days: 3 }, datesAboveResources: true },
  resourceTimeGridWeek: { datesAboveResources: true, dayMinWidth: 96 },
  resourceTimelineDay: {
    slotDuration: QUARTER,
    slotMinWidth: 16,
    slotHeaderInterval: "01:00",
    slotHeaderFormat: [hourInWords],
  },
  resourceTimelineWeek: {
    slotDuration: "01:00",
    snapDuration: "00:30",
    slotMinWidth: 18,
    slotHeaderInterval: "06:00",
    slotHeaderFormat: [{ weekday: "long", day: "numeric", month: "short" }, hourInWords],
  },
  resourceTimelineMonth: {
    slotDuration: { days: 1 },
    snapDuration: { days: 1 },
    slotMinWidth: 64,
    slotHeaderInterval: { days: 1 },
    slotHeaderFormat: [DAY],
  },
  dayGridMonth: {
    dayMaxEvents: 3,
    fixedWeekCount: false,
    eventDisplay: "block",
    dayHeaderFormat: { weekday: "long" },
  },
};

export const TIMES: CalendarOptions = {
  slotDuration: QUARTER,
  snapDuration: QUARTER,
  slotHeaderInterval: "01:00",
  slotMinHeight: 14,
  eventTimeFormat: HOUR,
  slotHeaderFormat: hourInWords,
  dayHeaderFormat: { weekday: "long", day: "numeric", month: "short" },
};

export const CLASSES: CalendarOptions = {
  viewClass: "grid-view",
  tableHeaderClass: "grid-header",
  tableBodyClass: "grid-body",
  dayHeaderClass: "grid-day-header",
  dayHeaderInnerClass: "grid-day-name",
  resourceDayHeaderClass: "grid-column-header",
  resourceDayHeaderInnerClass: "grid-column-name",
  dayLaneClass: "grid-lane",
  dayLaneInnerClass: "grid-lane-inner",
  dayRowClass: "grid-week",
  dayCellClass: ({ isToday, isOther }) =>
    ["grid-cell", isToday && "today", isOther && "other"].filter(Boolean).join(" "),
  dayCellTopClass: "grid-cell-top",
  dayCellTopInnerClass: "grid-cell-date",
  slotLaneClass: ({ time, isMajor }: SlotLaneInfo) => {
    if (!time) return isMajor ? "grid-slot day" : "grid-slot hour";
    const minutes = time.milliseconds / 60_000;
    if (minutes % 60 === 0) return minutes % 1440 === 0 ? "grid-slot day" : "grid-slot hour";
    return minutes % 30 === 0 ? "grid-slot half" : "grid-slot";
  },
  slotHeaderClass: "grid-hour",
  slotHeaderInnerClass: "grid-hour-inner",
  slotHeaderRowClass: "grid-hour-row",
  slotHeaderDividerClass: "grid-divider",
  dayHeaderDividerClass: "grid-divider",
  resourceColumnHeaderClass: "grid-row-header",
  resourceColumnHeaderInnerClass: "grid-row-heading",
  resourceColumnDividerClass: "grid-divider",
  resourceCellClass: "grid-row-header",
  resourceCellInnerClass: "grid-row-name",
  resourceGroupHeaderClass: "grid-group",
  resourceGroupHeaderInnerClass: "grid-group-name",
  resourceGroupLaneClass: "grid-group",
  resourceExpanderClass: "grid-expander",
  resourceLaneClass: "grid-row",
  fillerClass: "grid-filler",
  highlightClass: "grid-highlight",
  nowIndicatorLineClass: "grid-now",
  moreLinkClass: "grid-more",
  popoverClass: "grid-popover",
  popoverCloseClass: "grid-popover-close",
  eventClass: ({ event, isDragging, isMirror, isShort }: EventDisplayInfo) => {
    const { kind, status = "" } = itemOf(event).extendedProps ?? {};
    const isCrowded = event.extendedProps["isCrowded"] === true;
    const flags = [isCrowded && "crowded", isDragging && "dragging", isMirror && "mirror", isShort && "short"];
    return ["grid-event", `kind-${kind}`, status, ...flags.filter(Boolean)].join(" ");
  },
  rowEventClass: "row",
  columnEventBeforeClass: ({ isStartResizable }: EventDisplayInfo) => (isStartResizable ? "grid-handle start" : ""),
  columnEventAfterClass: ({ isEndResizable }: EventDisplayInfo) => (isEndResizable ? "grid-handle end" : ""),
  rowEventBeforeClass: ({ isStartResizable }: EventDisplayInfo) => (isStartResizable ? "grid-side start" : ""),
  rowEventAfterClass: ({ isEndResizable }: EventDisplayInfo) => (isEndResizable ? "grid-side end" : ""),
  eventInnerClass: "grid-event-inner",
  backgroundEventClass: ({ event }: EventDisplayInfo) => `grid-background ${itemOf(event).extendedProps.kind}`,
};
