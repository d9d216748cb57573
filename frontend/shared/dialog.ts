/** Native <dialog> elements: opening, closing, asking. Escape and focus are the browser's. */

/** Opens modally and resolves with the returnValue once it closes, however that happens. */
export function openDialog(dialog: HTMLDialogElement): Promise<string> {
  dialog.returnValue = "";
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

/** Lets buttons with data-dialog-open="id" and data-dialog-close do what they say, now and for markup that comes later. */
export function wireDialogs(root: Document): void {
  root.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest<HTMLElement>("[data-dialog-open]");
    const dialog = opener && root.getElementById(opener.dataset.dialogOpen ?? "");
    if (dialog instanceof HTMLDialogElement) void openDialog(dialog);
    else if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
    // A click on the dialog element itself, outside its content, is one on the backdrop.
    else if (event.target instanceof HTMLDialogElement && isOutside(event as MouseEvent, event.target))
      event.target.close();
  });
}

export interface Question {
  title: string;
  text?: string;
  confirm: string;
  cancel: string;
  danger?: boolean;
  /** Asks for words too. */
  reason?: { label: string; required: boolean };
}

/** Asks and resolves with the answer; null means no. */
export async function ask(question: Question): Promise<{ reason: string } | null> {
  const dialog = element("dialog", { className: "dialog" });
  const heading = element("h2", { id: "question-title", textContent: question.title });
  dialog.setAttribute("aria-labelledby", heading.id);
  const form = element("form", { className: "form", method: "dialog" });
  const body = element("div", { className: "dialog-body" });
  if (question.text) body.append(element("p", { textContent: question.text }));
  const reason = element("textarea", { id: "question-reason", name: "reason", rows: 3, maxLength: 500 });
  if (question.reason) {
    reason.required = question.reason.required;
    const field = element("div", { className: "field" });
    field.append(element("label", { htmlFor: reason.id, textContent: question.reason.label }), reason);
    body.append(field);
  }
  const actions = element("div", { className: "dialog-actions" });
  const no = element("button", { className: "button", type: "button", textContent: question.cancel });
  no.addEventListener("click", () => dialog.close());
  const yes = element("button", {
    className: `button ${question.danger ? "danger" : "primary"}`,
    value: "yes",
    textContent: question.confirm,
  });
  actions.append(no, yes);
  form.append(body, actions);
  const header = element("div", { className: "dialog-header" });
  header.append(heading);
  dialog.append(header, form);
  document.body.append(dialog);
  const answer = await openDialog(dialog);
  dialog.remove();
  return answer === "yes" ? { reason: reason.value.trim() } : null;
}

/** A DOM element with its properties, so that nothing is ever parsed as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const STOPS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";

/** Tab goes round inside a box that is no modal dialog, where the browser would let it out. */
export function keepInside(box: HTMLElement): void {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey) return;
    // Without a height it is hidden, or a snare that closes the box of whoever tabs out of it.
    const stops = [...box.querySelectorAll<HTMLElement>(STOPS)].filter(
      (each) => each.tabIndex >= 0 && !each.matches(":disabled") && each.offsetHeight > 0,
    );
    const [first, last] = [stops[0], stops.at(-1)];
    const at = document.activeElement;
    const isAtEdge = event.shiftKey ? at === first || !stops.includes(at as HTMLElement) : at === last;
    if (!isAtEdge) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  });
}

function isOutside(event: MouseEvent, dialog: HTMLDialogElement): boolean {
  const box = dialog.getBoundingClientRect();
  // Keyboard "clicks" report 0, 0 and are never meant for the backdrop.
  if (event.detail === 0) return false;
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
