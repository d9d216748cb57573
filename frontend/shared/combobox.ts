/** A text field that searches as one types and keeps the id of what was chosen in a hidden field. */
import { element } from "./dialog";

export interface Choice {
  id: string;
  label: string;
  /** A second line to tell two of the same name apart. */
  hint?: string;
}

export interface Combobox {
  /** Shows a choice, or none; a quiet one is not told to `onChoice`. */
  set(choice: Choice | null, isTold?: boolean): void;
}

/** Lets somebody add what they did not find. */
export interface Adding {
  label(words: string): string;
  run(words: string): Promise<Choice>;
}

/** Searches this long after the last key. */
const PAUSE_MS = 180;

export function createCombobox(
  input: HTMLInputElement,
  hidden: HTMLInputElement,
  search: (words: string, signal: AbortSignal) => Promise<Choice[]>,
  nothingFound: string,
  onChoice?: (choice: Choice | null) => void,
  adding?: Adding,
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
  /** The id of the choice that was told last. */
  let told = "";
  let running: AbortController | undefined;

  function show(found: Choice[]): void {
    choices = found;
    active = -1;
    list.replaceChildren(...found.map(option));
    const words = input.value.trim();
    if (adding && !found.some(({ label }) => label.toLowerCase() === words.toLowerCase())) {
      const position = choices.length;
      choices = [...found, { id: "", label: words }];
      list.append(option({ id: "", label: adding.label(words) }, position));
    } else if (!found.length)
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
  function set(choice: Choice | null, isTold = true): void {
    input.value = choice?.label ?? "";
    hidden.value = choice?.id ?? "";
    open(false);
    const isOther = told !== hidden.value;
    told = hidden.value;
    if (isTold && isOther) onChoice?.(choice);
  }
  function choose(index: number): void {
    const choice = choices[index];
    if (!choice) return;
    if (choice.id || !adding) return set(choice);
    open(false);
    input.setAttribute("aria-busy", "true");
    adding
      .run(choice.label)
      .then(
        (added) => set(added),
        // The words stay, so that they can be corrected; nobody is chosen.
        (error: unknown) => input.setCustomValidity(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        input.removeAttribute("aria-busy");
        if (!input.validity.valid) input.reportValidity();
      });
  }

  input.addEventListener("input", () => {
    input.setCustomValidity("");
    if (hidden.value && !input.value.trim()) set(null);
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
    if (hidden.value || !input.value || input.getAttribute("aria-busy")) return open(false);
    // What is shown is what is sent: words that chose nobody must not look like a choice.
    const same = choices.filter(({ id, label }) => id && label.toLowerCase() === input.value.trim().toLowerCase());
    set(same.length === 1 ? same[0]! : null);
  });
  return { set };
}
