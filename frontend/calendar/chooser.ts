/** Which of the resources are shown: a tick box for each, and one for each group, in a menu. */
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
  const details = element("details", { className: "menu" }, summary, panel);
  closeLikeMenu(details, summary);

  function show(listed: Resource[], hidden: Set<string>): void {
    const shown = listed.filter(({ id }) => !hidden.has(id)).length;
    summary.textContent = `${texts.columns}: ${fill(texts.columns_shown, { shown, all: listed.length })}`;
    const set = (resources: Resource[], isShown: boolean): void => {
      const next = new Set(hidden);
      for (const { id } of resources) isShown ? next.delete(id) : next.add(id);
      onHidden(next);
    };
    const box = (label: string, value: string, resources: Resource[]): HTMLElement => {
      const on = resources.filter(({ id }) => !hidden.has(id)).length;
      const input = element("input", { type: "checkbox", checked: on > 0, value });
      input.indeterminate = on > 0 && on < resources.length;
      input.addEventListener("change", () => set(resources, input.checked));
      return element("label", { className: "choice" }, input, label);
    };
    const groups = grouped(listed);
    const boxes = groups.flatMap(([name, members]) => {
      const each = members.map((one) => box(one.name, one.id, [one]));
      if (!name) return each;
      return [element("div", { className: "calendar-group" }, box(name, `group:${name}`, members)), ...each];
    });
    const focused = panel.contains(document.activeElement) ? (document.activeElement as HTMLInputElement).value : "";
    const all = (label: string, isShown: boolean): HTMLElement => {
      const made = element("button", { type: "button", className: "button small", textContent: label });
      made.addEventListener("click", () => set(listed, isShown));
      return made;
    };
    panel.replaceChildren(
      element("div", { className: "cluster" }, all(texts.show_all, true), all(texts.show_none, false)),
      element("div", { className: "choices" }, ...boxes),
    );
    // The boxes are new; keep the place of whoever ticks them by keyboard.
    if (focused) panel.querySelector<HTMLInputElement>(`input[value="${CSS.escape(focused)}"]`)?.focus();
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
