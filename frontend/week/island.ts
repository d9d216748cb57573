/** Draws the week over its seven inputs, `<div data-island="week" …>`. The inputs stay, and stay the truth. */
import "./week.css";

import { element } from "../shared/dialog";
import { createChanges } from "./changes";
import { createDrawing } from "./drawing";
import type { Span } from "./hours";
import { listenToPointers, type Draft } from "./pointer";
import { merged } from "./spans";
import { weekTexts, type Texts } from "./texts";
import { daysOf, read } from "./week";

const MINUTES: Record<string, number> = { minutes: 1, hours: 60, days: 1440 };

export function mount(island: HTMLElement, texts: Texts): void {
  const days = daysOf(island);
  if (days.length !== 7) return;
  const drawing = createDrawing(days, island.dataset.label ?? "", texts);
  const slot = (): number => slotOf(island);
  const changes = createChanges(days, drawing, { texts, slot });
  const stored = (): (Span[] | null)[] => days.map(read);

  listenToPointers(drawing, changes, {
    slot,
    spanAt: (day, place) => stored()[day]?.[place] ?? null,
    preview: (draft) => drawing.show(draft ? withDraft(stored(), draft) : stored()),
  });
  drawing.element.addEventListener("keydown", (event) => {
    const at = drawing.placeOf(event.target);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const { day, place } = at;
    switch (event.key) {
      case "ArrowUp":
      case "ArrowDown":
        changes.step(day, place, event.key === "ArrowUp" ? -1 : 1, event.shiftKey ? "end" : "block");
        break;
      case "ArrowLeft":
      case "ArrowRight":
        focusDay((day + (event.key === "ArrowLeft" ? 6 : 1)) % 7);
        break;
      case "Delete":
      case "Backspace":
        changes.remove(day, place);
        break;
      case "Enter":
        days[day]?.input.focus();
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  for (const [day, { add, copy }] of drawing.columns.entries()) {
    add.addEventListener("click", () => changes.add(day));
    copy.addEventListener("click", () => changes.copy(day));
  }
  island.addEventListener("input", () => drawing.show(stored()));
  drawing.show(stored());
  island.classList.add("drawn");
  island.prepend(island.dataset.folded ? folded(drawing.element, texts) : drawing.element);

  function focusDay(day: number): void {
    (drawing.block(day, 0) ?? drawing.columns[day]?.add)?.focus();
  }
}

/** The week as it would be if the drag ended now. The block stays where it is in the list, so that its element does. */
function withDraft(week: (Span[] | null)[], { span, day, from }: Draft): (readonly Span[] | null)[] {
  if (from && from.day === day) {
    return week.map((spans, at) =>
      at === day ? (spans ?? []).map((one, place) => (place === from.place ? span : one)) : spans,
    );
  }
  return week.map((spans, at) => {
    if (at === day) return merged([...(spans ?? []), span]);
    return from?.day === at ? (spans ?? []).filter((_one, place) => place !== from.place) : spans;
  });
}

/** The grid the form says now, else the one the page came with; a quarter of an hour when neither is one. */
function slotOf(island: HTMLElement): number {
  const elements = island.closest("form")?.elements;
  const value = (name: string): string => {
    const found = elements?.namedItem(name);
    return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found.value : "";
  };
  const typed = Number(value("slot_minutes_0")) * (MINUTES[value("slot_minutes_1")] ?? 1);
  const given = Number(island.dataset.step);
  return [typed, given].find((minutes) => Number.isInteger(minutes) && minutes >= 5 && minutes <= 1440) ?? 15;
}

function folded(drawing: HTMLElement, texts: Texts): HTMLElement {
  return element("details", { className: "week-folded" }, element("summary", { textContent: texts.draw }), drawing);
}

const texts = weekTexts();
for (const island of document.querySelectorAll<HTMLElement>('[data-island="week"]')) mount(island, texts);
