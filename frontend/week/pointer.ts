/** Drawing with a mouse, a pen or a finger: on a day to add, on a block to move it, on its edges to change it. */
import type { Changes } from "./changes";
import type { Drawing } from "./drawing";
import type { Span } from "./hours";
import { drawn, moved, withEnd, withStart } from "./spans";

/** What a drag would come to if it ended now. */
export interface Draft {
  readonly span: Span;
  readonly day: number;
  readonly from: { day: number; place: number } | null;
}

interface Drag {
  readonly pointerId: number;
  readonly x: number;
  readonly y: number;
  readonly minute: number;
  readonly day: number;
  readonly from: { day: number; place: number } | null;
  readonly span: Span | null;
  readonly edge: "start" | "end" | null;
  isMoving: boolean;
  draft: Draft | null;
}

/** CSS pixels before a press becomes a drag. */
const THRESHOLD = 4;

export function listenToPointers(
  drawing: Drawing,
  changes: Changes,
  {
    spanAt,
    slot,
    preview,
  }: {
    spanAt: (day: number, place: number) => Span | null;
    slot: () => number;
    preview: (draft: Draft | null) => void;
  },
): void {
  const host = drawing.element;
  let drag: Drag | null = null;
  /** A drag ends with a click that nobody meant. */
  let isAfterDrag = false;

  host.addEventListener("pointerdown", (event) => {
    isAfterDrag = false;
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    const from = drawing.placeOf(event.target);
    const isOnColumn = event.target.closest(".week-column") !== null;
    // A finger on an empty day scrolls the page; a tap adds, see below. A finger moves only the block it has chosen.
    const isFinger = event.pointerType === "touch";
    if (!isOnColumn || (isFinger && (!from || document.activeElement !== drawing.block(from.day, from.place)))) return;
    const handle = event.target.closest(".week-handle");
    drag = {
      pointerId: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      minute: drawing.minuteAt(event.clientY),
      day: from?.day ?? drawing.dayAt(event.clientX),
      from,
      span: from && spanAt(from.day, from.place),
      edge: handle ? (handle.classList.contains("start") ? "start" : "end") : null,
      isMoving: false,
      draft: null,
    };
  });
  host.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointerId) return;
    if (!drag.isMoving) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < THRESHOLD) return;
      drag.isMoving = true;
      host.setPointerCapture(event.pointerId);
      host.classList.add("dragging");
    }
    event.preventDefault();
    drag.draft = draftOf(drag, event);
    preview(drag.draft);
  });
  host.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointerId) return;
    const { draft, isMoving } = drag;
    stop();
    isAfterDrag = isMoving;
    if (draft) changes.put(draft.span, draft.day, draft.from);
  });
  host.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag?.isMoving) stop();
  });
  host.addEventListener(
    "click",
    (event) => {
      if (!isAfterDrag) return;
      isAfterDrag = false;
      event.stopPropagation();
    },
    { capture: true },
  );
  host.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || drawing.placeOf(event.target)) return;
    if (event.target.closest(".week-column"))
      changes.addAt(drawing.dayAt(event.clientX), drawing.minuteAt(event.clientY));
  });

  function draftOf({ from, span, edge, minute, day }: Drag, event: PointerEvent): Draft {
    const now = drawing.minuteAt(event.clientY);
    if (!span) return { span: drawn(minute, now, slot()), day, from };
    if (edge === "end") return { span: withEnd(span, span.closes + now - minute, slot()), day, from };
    if (edge === "start") return { span: withStart(span, span.opens + now - minute, slot()), day, from };
    return { span: moved(span, span.opens + now - minute, slot()), day: drawing.dayAt(event.clientX), from };
  }
  function stop(): void {
    drag = null;
    host.classList.remove("dragging");
    preview(null);
  }
}
