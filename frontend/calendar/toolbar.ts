/** The calendar's own row of controls: the days, what to show, new booking; and the legend below. */
import { isDay, today } from "../shared/dates";
import { element } from "../shared/dialog";
import type { Resource } from "./feed";
import { createChooser } from "./chooser";
import type { State } from "./state";
import { kindName, type Texts } from "./texts";
import { stepped, titleOf } from "./views";

export interface ToolbarOptions {
  zone: string;
  locale: string;
  firstDay: number;
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
  /** Where what narrows the calendar goes. */
  readonly choices: HTMLElement;
  show(state: State): void;
  /** Offers the kinds there are, and a tick box for every one of `listed`. */
  showResources(all: Resource[], listed: Resource[], kind: string, hidden: Set<string>): void;
  /** Opens the list of what can be shown. */
  chooseResources(): void;
  /** Says in words how full the days are; read out by screen readers. */
  say(words: string): void;
}

export function createToolbar(options: ToolbarOptions): Toolbar {
  const { texts, locale, zone, firstDay } = options;
  let state: Pick<State, "view" | "day"> = { view: "day", day: today(zone) };
  // They stand in the page already, beside the views, so that nothing moves when the script comes.
  const title = document.querySelector(".calendar-day") ?? element("h2", { className: "calendar-day" });
  const status = document.querySelector(".calendar-status") ?? element("p", { role: "status" });

  const button = (className: string, label: string, run: () => void, text = label): HTMLButtonElement => {
    const made = element("button", { type: "button", className: `button ${className}`, textContent: text });
    if (text !== label) made.setAttribute("aria-label", label);
    made.addEventListener("click", run);
    return made;
  };
  const step = (count: number): void => options.onDay(stepped(state.view, state.day, count));
  const [previous, next] = [
    button("", texts.previous_day, () => step(-1), "‹"),
    button("", texts.next_day, () => step(1), "›"),
  ];
  const picker = element("input", { type: "date", ariaLabel: texts.go_to_date, required: true });
  picker.addEventListener("change", () => isDay(picker.value) && options.onDay(picker.value));

  const kinds = element("select", { ariaLabel: texts.kind });
  kinds.addEventListener("change", () => options.onKind(kinds.value));
  const chooser = createChooser(texts, options.onHidden);

  /** The kinds there are; and the one that is asked for, though the house may have nothing of it. */
  function showKinds(known: string[], kind: string): void {
    const offered = known.includes(kind) || kind === "all" ? known : [...known, kind];
    const option = (value: string, textContent: string): HTMLElement => element("option", { value, textContent });
    kinds.replaceChildren(
      option("all", texts.all_kinds),
      ...offered.map((each) => option(each, kindName(each, texts))),
    );
    kinds.value = kind;
  }

  const choices = element("div", { className: "calendar-choices" });
  choices.append(element("div", { className: "field" }, kinds), chooser.element);
  if (options.mayEdit) {
    const make = button("primary", texts.new_booking, () => options.onNew());
    make.setAttribute("aria-keyshortcuts", "n");
    choices.append(make);
  }
  const bar = element(
    "div",
    { className: "calendar-toolbar" },
    element(
      "div",
      { className: "calendar-days" },
      previous,
      button("", texts.today, () => options.onDay(today(zone))),
      next,
      element("div", { className: "field" }, picker),
    ),
    choices,
  );

  return {
    element: bar,
    legend: legendOf(texts, options.zoneNote),
    choices,
    show({ view, day, filters }) {
      state = { view, day };
      if (!kinds.options.length) showKinds([], filters.kind);
      picker.value = day;
      title.textContent = titleOf(view, day, firstDay, locale);
      const isDaily = stepped(view, day, 1) === stepped("day", day, 1);
      previous.setAttribute("aria-label", isDaily ? texts.previous_day : texts.earlier);
      next.setAttribute("aria-label", isDaily ? texts.next_day : texts.later);
    },
    showResources(all, listed, kind, hidden) {
      showKinds([...new Set(all.map((resource) => resource.kind))], kind);
      chooser.show(listed, hidden);
    },
    chooseResources: chooser.open,
    say: (words) => (status.textContent = words),
  };
}

function legendOf(texts: Texts, zoneNote: string): HTMLElement {
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
  if (zoneNote) legend.append(element("li", { className: "muted", textContent: zoneNote }));
  return legend;
}
