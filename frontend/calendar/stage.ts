/** The stage: the grid or the agenda, and what covers it while there is nothing to see. */
import { element } from "../shared/dialog";
import { emptyHouse, failure, nothing, skeleton, tooMany } from "./notices";
import type { Texts } from "./texts";

/** What is to be said instead of the bookings; null: nothing, they are there. */
export type Cover =
  | { kind: "loading" }
  | { kind: "failure"; error: unknown; retry(): void }
  | { kind: "empty_house"; resourcesPage: string }
  | { kind: "nothing"; showEverything(): void }
  | { kind: "too_many"; resources: number; columns: number; most: number; timeline(): void; choose(): void }
  | null;

export interface Stage {
  readonly element: HTMLElement;
  /** Where the grid is drawn. */
  readonly grid: HTMLElement;
  cover(instead: Cover): void;
  showAgenda(isShown: boolean): void;
}

export function createStage(agenda: HTMLElement, texts: Texts): Stage {
  const grid = element("div", { className: "calendar-grid" });
  const notice = element("div", { className: "calendar-notice" });
  agenda.hidden = true;
  const root = element("div", { className: "calendar-stage" }, grid, agenda, notice);
  return {
    element: root,
    grid,
    cover(instead) {
      const words = instead && wordsOf(instead, texts);
      notice.hidden = words === null;
      grid.inert = words !== null;
      agenda.inert = words !== null;
      notice.replaceChildren(...(words ? [words] : []));
    },
    showAgenda(isShown) {
      agenda.hidden = !isShown;
      grid.hidden = isShown;
      root.classList.toggle("as-list", isShown);
    },
  };
}

function wordsOf(instead: Exclude<Cover, null>, texts: Texts): HTMLElement {
  switch (instead.kind) {
    case "loading":
      return skeleton(texts);
    case "failure":
      return failure(instead.error, texts, instead.retry);
    case "empty_house":
      return emptyHouse(instead.resourcesPage, texts);
    case "nothing":
      return nothing(texts, instead.showEverything);
    case "too_many":
      return tooMany(instead, texts);
  }
}
