/** The calendar's keys, and the page of help that lists them. */
import { element, openDialog } from "../shared/dialog";
import type { Item } from "./feed";
import type { Texts } from "./texts";
import { VIEWS, type ViewName } from "./views";

export interface KeyOptions {
  texts: Texts;
  /** The booking somebody stands on. */
  itemAt(target: Element): Item | null;
  onNew(): void;
  onToday(): void;
  onStep(count: number): void;
  onView(view: ViewName): void;
  onSearch(): void;
  onSaved(): void;
  onUndo(): boolean;
  onConfirm(item: Item): void;
  onDecline(item: Item): void;
  onCancel(item: Item): void;
  onChange(item: Item): void;
  onCopy(item: Item): void;
  onChoose(item: Item): void;
}

export function listenForKeys(options: KeyOptions): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") || isTyping(event.target)) return;
    if (press(event, options)) event.preventDefault();
  });
}

/** True when the key meant something here. */
function press(event: KeyboardEvent, options: KeyOptions): boolean {
  const { key } = event;
  if (event.ctrlKey || event.metaKey) return key === "z" && !event.altKey && options.onUndo();
  if (event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  const item = target && options.itemAt(target);
  if (item && onBooking(key, item, options)) return true;
  if (/^[1-8]$/.test(key)) {
    options.onView(VIEWS[Number(key) - 1]!);
    return true;
  }
  // Arrows belong to whatever has the focus and uses them: tabs, menus, a grid that scrolls.
  const isFree = !target || target === document.body || Boolean(target.closest(".calendar-toolbar button"));
  const does: Record<string, (() => void) | undefined> = {
    n: options.onNew,
    t: options.onToday,
    "/": options.onSearch,
    v: options.onSaved,
    "?": () => showHelp(options.texts),
    ...(isFree || item ? { ArrowLeft: () => options.onStep(-1), ArrowRight: () => options.onStep(1) } : {}),
  };
  if (key === "u") return options.onUndo();
  does[key]?.();
  return key in does;
}

function onBooking(key: string, item: Item, options: KeyOptions): boolean {
  const does: Record<string, ((item: Item) => void) | undefined> = {
    c: options.onConfirm,
    d: options.onDecline,
    x: options.onCancel,
    Delete: options.onCancel,
    e: options.onChange,
    p: options.onCopy,
    s: options.onChoose,
  };
  does[key]?.(item);
  return key in does;
}

export function showHelp(texts: Texts): void {
  const dialog = element("dialog", { className: "dialog" });
  const heading = element("h2", { id: "keys-title", textContent: texts.keys_title });
  dialog.setAttribute("aria-labelledby", heading.id);
  const close = element("button", { type: "button", className: "close", ariaLabel: texts.close });
  close.addEventListener("click", () => dialog.close());
  const list = (entries: [string, string][]): HTMLElement =>
    element(
      "dl",
      { className: "keys" },
      ...entries.map(([keys, words]) =>
        element(
          "div",
          {},
          element("dt", {}, element("kbd", { textContent: keys })),
          element("dd", { textContent: words }),
        ),
      ),
    );
  dialog.append(
    element("div", { className: "dialog-header" }, heading, close),
    element(
      "div",
      { className: "dialog-body" },
      list([
        ["n", texts.new_booking],
        ["t", texts.today],
        ["← →", texts.key_step],
        ["1 – 8", texts.key_views],
        ["/", texts.key_search],
        ["v", texts.views],
        ["u", texts.key_undo],
      ]),
      element("h3", { textContent: texts.keys_booking }),
      list([
        ["Enter", texts.key_open],
        ["c", texts.key_confirm],
        ["d", texts.key_decline],
        ["x", texts.key_cancel],
        ["e", texts.key_change],
        ["p", texts.key_copy],
        ["s", texts.key_choose],
      ]),
      element("p", { className: "muted small", textContent: texts.keys_mouse }),
    ),
  );
  document.body.append(dialog);
  void openDialog(dialog).then(() => dialog.remove());
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target.isContentEditable || /^(SELECT|TEXTAREA)$/.test(target.tagName);
}
