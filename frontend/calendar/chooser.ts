/**
 * Which of the resources are shown: a tick box for each, and one for each group, in a menu. That is how the columns of
 * a day fold; a group of which some are shown has a box that is neither, and a tick shows all of it.
 */
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Resource } from "./feed";
import { grouped } from "./filters";
import type { Texts } from "./texts";

export interface Chooser {
  readonly element: HTMLElement;
  show(listed: Resource[], hidden: Set<string>): void;
  open(): void;
}

export function createChooser(texts: Texts, onHidden: (hidden: Set<string>) => void): Chooser {
  const summary = element("summary", { className: "button" });
  const panel = element("div", { className: "calendar-columns" });
  /** Says what a tick did to a whole group: its rooms' own boxes change where nobody may be looking. */
  const said = element("p", { className: "visually-hidden", role: "status" });
  const details = element("details", { className: "menu" }, summary, panel, said);
  closeLikeMenu(details, summary);
  let state: { listed: Resource[]; hidden: Set<string> } = { listed: [], hidden: new Set() };
  let boxes: { input: HTMLInputElement; resources: Resource[] }[] = [];

  function set(resources: Resource[], isShown: boolean, name = ""): void {
    const next = new Set(state.hidden);
    for (const { id } of resources) isShown ? next.delete(id) : next.add(id);
    onHidden(next);
    if (name) said.textContent = `${name}: ${shownOf(resources, next)}`;
  }
  const shownOf = (resources: Resource[], hidden: Set<string>): string => {
    const shown = resources.filter(({ id }) => !hidden.has(id)).length;
    return fill(texts.columns_shown, { shown, all: resources.length });
  };

  function box(label: string, resources: Resource[], group = ""): HTMLElement {
    const input = element("input", { type: "checkbox" });
    input.addEventListener("change", () => set(resources, input.checked, group));
    boxes.push({ input, resources });
    return element("label", { className: "choice" }, input, label);
  }
  function groupOf(name: string, members: Resource[]): HTMLElement[] {
    const each = members.map((one) => box(one.name, [one]));
    if (!name) return each;
    const whole = element("div", { className: "calendar-group" }, box(name, members, name));
    const group = element("div", { className: "choices", role: "group", ariaLabel: name }, whole, ...each);
    return [group];
  }
  function build(listed: Resource[]): void {
    boxes = [];
    const all = (label: string, isShown: boolean): HTMLElement => {
      const made = element("button", { type: "button", className: "button small", textContent: label });
      made.addEventListener("click", () => set(state.listed, isShown, texts.columns));
      return made;
    };
    panel.replaceChildren(
      element("div", { className: "cluster" }, all(texts.show_all, true), all(texts.show_none, false)),
      element("div", { className: "choices" }, ...grouped(listed).flatMap(([name, members]) => groupOf(name, members))),
    );
  }

  function show(listed: Resource[], hidden: Set<string>): void {
    const isOther = listed.length !== state.listed.length || listed.some((one, at) => one !== state.listed[at]);
    state = { listed, hidden };
    summary.textContent = `${texts.columns}: ${shownOf(listed, hidden)}`;
    // Whoever ticks boxes by keyboard keeps their place as long as the boxes are the same.
    if (isOther || !panel.childElementCount) build(listed);
    for (const { input, resources } of boxes) {
      const shown = resources.filter(({ id }) => !hidden.has(id)).length;
      input.checked = shown === resources.length;
      input.indeterminate = shown > 0 && shown < resources.length;
    }
  }

  return {
    element: details,
    show,
    open() {
      details.open = true;
      summary.focus();
    },
  };
}

/** Closes on a click elsewhere, when the focus goes elsewhere, and on Escape. */
export function closeLikeMenu(details: HTMLDetailsElement, summary: HTMLElement): void {
  document.addEventListener("click", ({ target }) => {
    // A tick box that was just replaced is no longer in the page, so ask the path of the click, not the tree.
    if (target instanceof Element && target.isConnected && !details.contains(target)) details.open = false;
  });
  details.addEventListener("focusout", ({ relatedTarget }) => {
    // What is drawn anew under somebody's hands loses the focus to nowhere: that is not leaving.
    if (relatedTarget instanceof Node && !details.contains(relatedTarget)) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    summary.focus();
  });
}
