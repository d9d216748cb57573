/** The calendar's own row of controls: the day, what to show, new booking; and the legend below. */
import { addDays, formatDay, isDay, today } from "../shared/dates";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Resource } from "./feed";
import { kindName, type Texts } from "./texts";

export interface ToolbarOptions {
  zone: string;
  locale: string;
  texts: Texts;
  mayEdit: boolean;
  zoneNote: string;
  onDay(day: string): void;
  onKind(kind: string): void;
  onHidden(hidden: Set<string>): void;
  onNew(): void;
}

export interface Toolbar {
  readonly element: HTMLElement;
  readonly legend: HTMLElement;
  showDay(day: string): void;
  /** Offers the kinds there are, and a tick box for every resource of the chosen kind. */
  showResources(all: Resource[], kind: string, hidden: Set<string>): void;
  /** Says in words how full the day is; read out by screen readers. */
  say(words: string): void;
}

export function createToolbar(options: ToolbarOptions): Toolbar {
  const { texts, locale, zone } = options;
  let day = today(zone);
  const title = element("h2", { className: "calendar-day" });
  const status = element("p", { className: "calendar-status muted small", role: "status" });

  const button = (className: string, label: string, run: () => void, text = label): HTMLButtonElement => {
    const made = element("button", { type: "button", className: `button ${className}`, textContent: text });
    if (text !== label) made.setAttribute("aria-label", label);
    made.addEventListener("click", run);
    return made;
  };
  const picker = element("input", { type: "date", ariaLabel: texts.go_to_date, required: true });
  picker.addEventListener("change", () => isDay(picker.value) && options.onDay(picker.value));

  const kinds = element("select", { ariaLabel: texts.kind });
  kinds.addEventListener("change", () => options.onKind(kinds.value));

  const summary = element("summary", { className: "button" });
  const panel = element("div", { className: "calendar-columns" });
  const chooser = element("details", { className: "menu" }, summary, panel);
  closeLikeMenu(chooser, summary);

  const bar = element(
    "div",
    { className: "calendar-toolbar" },
    element(
      "div",
      { className: "calendar-days" },
      button("", texts.previous_day, () => options.onDay(addDays(day, -1)), "‹"),
      button("", texts.today, () => options.onDay(today(zone))),
      button("", texts.next_day, () => options.onDay(addDays(day, 1)), "›"),
      element("div", { className: "field" }, picker),
    ),
    element("div", { className: "calendar-title" }, title, status),
    element("div", { className: "calendar-choices" }, element("div", { className: "field" }, kinds), chooser),
  );
  if (options.mayEdit)
    bar.lastElementChild!.append(newButton(button("primary", texts.new_booking, () => options.onNew())));

  const legend = element("ul", { className: "calendar-legend", ariaLabel: texts.legend });
  for (const [name, words] of [
    ["confirmed", texts.status_confirmed],
    ["pending", texts.status_pending],
    ["hold", texts.status_hold],
    ["programme", texts.programme],
    ["closed", texts.closed],
    ["closure", texts.kind_closure],
  ] as const) {
    legend.append(element("li", {}, element("span", { className: `swatch ${name}` }), words));
  }
  if (options.zoneNote) legend.append(element("li", { className: "muted", textContent: options.zoneNote }));

  return {
    element: bar,
    legend,
    showDay(next) {
      day = next;
      picker.value = next;
      title.textContent = formatDay(next, locale);
    },
    showResources(all, kind, hidden) {
      const known = [...new Set(all.map((resource) => resource.kind))];
      const option = (value: string, textContent: string): HTMLElement => element("option", { value, textContent });
      kinds.replaceChildren(
        option("all", texts.all_kinds),
        ...known.map((each) => option(each, kindName(each, texts))),
      );
      kinds.value = kind;
      const listed = all.filter((resource) => kind === "all" || resource.kind === kind);
      const shown = listed.filter(({ id }) => !hidden.has(id)).length;
      summary.textContent = `${texts.columns}: ${fill(texts.columns_shown, { shown, all: listed.length })}`;
      const setAll = (isHidden: boolean) => (): void => {
        const next = new Set(hidden);
        for (const { id } of listed) isHidden ? next.add(id) : next.delete(id);
        options.onHidden(next);
      };
      const boxes = listed.map(({ id, name }) => {
        const box = element("input", { type: "checkbox", checked: !hidden.has(id), value: id });
        box.addEventListener("change", () => {
          const next = new Set(hidden);
          box.checked ? next.delete(id) : next.add(id);
          options.onHidden(next);
        });
        return element("label", { className: "choice" }, box, name);
      });
      const focused = panel.contains(document.activeElement) ? (document.activeElement as HTMLInputElement).value : "";
      panel.replaceChildren(
        element(
          "div",
          { className: "cluster" },
          button("small", texts.show_all, setAll(false)),
          button("small", texts.show_none, setAll(true)),
        ),
        element("div", { className: "choices" }, ...boxes),
      );
      // The boxes are new; keep the place of whoever ticks them by keyboard.
      if (focused) panel.querySelector<HTMLInputElement>(`input[value="${CSS.escape(focused)}"]`)?.focus();
    },
    say: (words) => (status.textContent = words),
  };
}

function newButton(button: HTMLButtonElement): HTMLButtonElement {
  button.setAttribute("aria-keyshortcuts", "n");
  return button;
}

function closeLikeMenu(details: HTMLDetailsElement, summary: HTMLElement): void {
  document.addEventListener("click", ({ target }) => {
    // A tick box that was just replaced is no longer in the page, so ask the path of the click, not the tree.
    if (target instanceof Element && target.isConnected && !details.contains(target)) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    summary.focus();
  });
}
