/** Short messages that pass, read out by screen readers. */
import { element } from "./dialog";

export interface Toast {
  text: string;
  tone?: "plain" | "success" | "error";
  action?: { label: string; run: () => void };
  /** Seconds on the screen (10 with an action, else 6); they wait while the pointer or the focus is on it. */
  seconds?: number;
  closeLabel?: string;
}

const MOST_AT_ONCE = 3;

/** Shows a toast; returns what closes it early. */
export function showToast({
  text,
  tone = "plain",
  action,
  seconds = action ? 10 : 6,
  closeLabel = "Close",
}: Toast): () => void {
  const region = toastRegion();
  const toast = element("div", { className: `toast ${tone}` }, element("p", { textContent: text }));
  if (tone === "error") toast.setAttribute("role", "alert");
  let timer = 0;
  const close = (): void => {
    clearTimeout(timer);
    toast.remove();
    if (!region.childElementCount) region.hidePopover?.();
  };
  const wait = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(close, seconds * 1000);
  };
  if (action) {
    const button = element("button", { type: "button", textContent: action.label });
    button.addEventListener("click", () => {
      close();
      action.run();
    });
    toast.append(button);
  }
  const cross = element("button", { type: "button", className: "close", ariaLabel: closeLabel });
  cross.addEventListener("click", close);
  toast.append(cross);
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, wait);
  region.append(toast);
  while (region.childElementCount > MOST_AT_ONCE) region.firstElementChild?.remove();
  raise(region);
  wait();
  return close;
}

/** The live region of the page; made once, because screen readers only announce changes to one they know. */
export function toastRegion(): HTMLElement {
  const found = document.querySelector<HTMLElement>(".toast-region");
  if (found) return found;
  const region = element("div", { className: "toast-region" });
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  region.setAttribute("popover", "manual");
  document.body.append(region);
  return region;
}

/** Popovers live above dialogs, the last one shown on top. */
function raise(region: HTMLElement): void {
  if (!region.showPopover) return;
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}
