/** A text field that searches as one types and keeps the id of what was chosen in a hidden field. */
import { element } from "./dialog";

export interface Choice {
  id: string;
  label: string;
  /** A second line to tell two of the same name apart. */
  hint?: string;
}

export interface Combobox {
  set(choice: Choice | null): void;
}

/** Searches this long after the last key. */
const PAUSE_MS = 180;

export function createCombobox(
  input: HTMLInputElement,
  hidden: HTMLInputElement,
  search: (words: string, signal: AbortSignal) => Promise<Choice[]>,
  nothingFound: string,
): Combobox {
  const list = element("ul", { className: "combobox-list", id: `${input.id || input.name}-choices`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent?.trim() ?? input.name);
  const frame = element("div", { className: "combobox" });
  input.replaceWith(frame);
  frame.append(input, list);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
    autocomplete: "off",
  })) {
    input.setAttribute(name, value);
  }
  let choices: Choice[] = [];
  let active = -1;
  let timer = 0;
  let running: AbortController | undefined;

  function show(found: Choice[]): void {
    choices = found;
    active = -1;
    list.replaceChildren(...found.map(option));
    if (!found.length)
      list.append(
        element("li", { className: "muted", textContent: nothingFound, role: "option", ariaDisabled: "true" }),
      );
    open(true);
  }
  function option({ label, hint }: Choice, index: number): HTMLElement {
    const item = element(
      "li",
      { id: `${list.id}-${index}`, role: "option", ariaSelected: "false" },
      element("span", { textContent: label }),
    );
    if (hint) item.append(" ", element("small", { className: "muted", textContent: hint }));
    // mousedown, not click: the field would lose the focus, and with it the list, before a click arrives.
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(index);
    });
    return item;
  }
  function open(isOpen: boolean): void {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) input.removeAttribute("aria-activedescendant");
  }
  function mark(index: number): void {
    active = (index + choices.length) % choices.length;
    [...list.children].forEach((item, position) => item.setAttribute("aria-selected", String(position === active)));
    const item = list.children[active];
    if (!item) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }
  function set(choice: Choice | null): void {
    input.value = choice?.label ?? "";
    hidden.value = choice?.id ?? "";
    open(false);
  }
  function choose(index: number): void {
    const choice = choices[index];
    if (choice) set(choice);
  }

  input.addEventListener("input", () => {
    hidden.value = "";
    clearTimeout(timer);
    running?.abort();
    const words = input.value.trim();
    if (!words) return open(false);
    timer = window.setTimeout(() => {
      running = new AbortController();
      const { signal } = running;
      search(words, signal).then(
        (found) => show(found),
        () => signal.aborted || open(false),
      );
    }, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" && choices.length) mark(active + 1);
    else if (event.key === "ArrowUp" && choices.length) mark(active < 0 ? -1 : active - 1);
    else if (event.key === "Enter" && active >= 0) choose(active);
    else if (event.key === "Escape") open(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    running?.abort();
    if (hidden.value || !input.value) return open(false);
    // What is shown is what is sent: words that chose nobody must not look like a choice.
    const same = choices.filter(({ label }) => label.toLowerCase() === input.value.trim().toLowerCase());
    set(same.length === 1 ? same[0]! : null);
  });
  return { set };
}
