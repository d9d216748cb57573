/** Bookings chosen for one thing done to all of them: by Shift, by a lasso, by tick boxes; and the bar that goes on. */
import { csrfToken } from "../shared/api";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Item } from "./feed";
import type { Texts } from "./texts";

export interface Choosing {
  readonly bar: HTMLElement;
  isChosen(id: string): boolean;
  choose(ids: string[], isChosen: boolean): void;
  toggle(id: string): void;
  /** What is no longer there can no longer be chosen; versions follow what was read last. */
  keep(items: Item[]): void;
}

export interface ChoosingOptions {
  texts: Texts;
  /** The page that asks what exactly, shows what it would do, and does it. */
  bulkUrl: string;
  onChange(): void;
}

export const ACTIONS = ["confirm", "decline", "cancel", "move", "change_resource", "message"] as const;

export function createChoosing({ texts, bulkUrl, onChange }: ChoosingOptions): Choosing {
  const chosen = new Set<string>();
  const versions = new Map<string, number>();
  const count = element("strong", { role: "status" });
  const action = element("select", { name: "action", id: "calendar-bulk-action" });
  const names: Record<(typeof ACTIONS)[number], string> = {
    confirm: texts.bulk_confirm,
    decline: texts.bulk_decline,
    cancel: texts.bulk_cancel,
    move: texts.bulk_move,
    change_resource: texts.bulk_change_resource,
    message: texts.bulk_message,
  };
  action.append(...ACTIONS.map((value) => element("option", { value, textContent: names[value] })));
  const go = element("button", { type: "submit", className: "button primary small", textContent: texts.bulk_go });
  const none = element("button", { type: "button", className: "button small", textContent: texts.bulk_none });
  none.addEventListener("click", () => {
    chosen.clear();
    changed();
  });
  const label = element("label", { className: "visually-hidden", htmlFor: action.id, textContent: texts.bulk_with });
  const form = element("form", { className: "calendar-bulk", method: "post", action: bulkUrl, hidden: true });
  form.append(count, label, action, go, none);
  form.addEventListener("submit", () => {
    for (const old of form.querySelectorAll("input[type=hidden]")) old.remove();
    const hidden = (name: string, value: string): HTMLElement => element("input", { type: "hidden", name, value });
    form.append(hidden("csrfmiddlewaretoken", csrfToken()));
    for (const id of chosen) form.append(hidden("pick", `${id}:${versions.get(id) ?? ""}`));
  });

  function changed(): void {
    form.hidden = chosen.size === 0;
    count.textContent = chosen.size === 1 ? texts.chosen_one : fill(texts.chosen_many, { count: chosen.size });
    onChange();
  }
  function choose(ids: string[], isChosen: boolean): void {
    for (const id of ids) if (versions.has(id)) isChosen ? chosen.add(id) : chosen.delete(id);
    changed();
  }

  return {
    bar: form,
    isChosen: (id) => chosen.has(id),
    choose,
    toggle: (id) => choose([id], !chosen.has(id)),
    keep(items) {
      versions.clear();
      for (const { id, extendedProps: props } of items)
        if (props.kind === "booking" && props.mayEdit) versions.set(id, props.version ?? 0);
      const gone = [...chosen].filter((id) => !versions.has(id));
      for (const id of gone) chosen.delete(id);
      if (gone.length) changed();
    },
  };
}

/** With Shift held a pull over the grid draws a frame, and what it touches is chosen; a click chooses one. */
export function listenForLasso(host: HTMLElement, onChosen: (ids: string[], isFrame: boolean) => void): void {
  const CLICK_PX = 5;
  const frame = element("div", { className: "calendar-lasso", hidden: true });
  document.body.append(frame);
  let from: { x: number; y: number } | null = null;

  const rect = (x: number, y: number): DOMRect =>
    new DOMRect(Math.min(from!.x, x), Math.min(from!.y, y), Math.abs(x - from!.x), Math.abs(y - from!.y));
  // FullCalendar listens to the mouse: with Shift it must hear nothing of it.
  for (const type of ["mousedown", "pointerdown", "touchstart", "click"] as const) {
    host.addEventListener(type, (event) => event.shiftKey && event.stopPropagation(), { capture: true });
  }
  host.addEventListener(
    "pointerdown",
    (event) => {
      if (!event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      from = { x: event.clientX, y: event.clientY };
    },
    { capture: true },
  );
  window.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!from) return;
    const box = rect(clientX, clientY);
    frame.hidden = box.width < CLICK_PX && box.height < CLICK_PX;
    for (const [name, value] of Object.entries({ left: box.x, top: box.y, width: box.width, height: box.height }))
      frame.style.setProperty(name, `${value}px`);
  });
  window.addEventListener("pointerup", ({ clientX, clientY, target }) => {
    if (!from) return;
    const box = rect(clientX, clientY);
    const isFrame = !frame.hidden;
    from = null;
    frame.hidden = true;
    const touched = isFrame
      ? [...host.querySelectorAll<HTMLElement>("[data-item]")].filter((each) =>
          touches(each.getBoundingClientRect(), box),
        )
      : [target instanceof Element ? target.closest<HTMLElement>("[data-item]") : null];
    onChosen([...new Set(touched.flatMap((each) => each?.dataset.item ?? []))], isFrame);
  });
}

function touches(one: DOMRect, other: DOMRect): boolean {
  return one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
}
