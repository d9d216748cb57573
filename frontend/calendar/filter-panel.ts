/** What narrows the calendar: words beside the other controls, the rest in a menu. */
import type { Api } from "../shared/api";
import { createCombobox } from "../shared/combobox";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { closeLikeMenu } from "./chooser";
import { createFeatureFields, fillBoxes } from "./filter-features";
import { searchPeople } from "./form-people";
import { narrowing, noFilters, type Filters } from "./state";
import type { Texts } from "./texts";
import type { Feature } from "./wishes";

export interface FilterPanelOptions {
  api: Api;
  peopleUrl: string;
  texts: Texts;
  onFilters(filters: Filters): void;
}

export interface FilterPanel {
  readonly search: HTMLInputElement;
  readonly element: HTMLElement;
  show(filters: Filters, features: Feature[]): void;
}

/** Words are looked for this long after the last key. */
const PAUSE_MS = 200;
const SOURCES = ["staff", "self", "import", "calcom", "api"] as const;

export function createFilterPanel({ api, peopleUrl, texts, onFilters }: FilterPanelOptions): FilterPanel {
  let shown: Filters = noFilters();
  const change = (part: Partial<Filters>): void => onFilters({ ...shown, ...part });

  const search = element("input", {
    type: "search",
    ariaLabel: texts.search,
    placeholder: texts.search,
    id: "calendar-q",
  });
  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => change({ text: search.value.trim() }), PAUSE_MS);
  });

  const summary = element("summary", { className: "button" });
  const field = (label: string, control: HTMLElement & { id: string }): HTMLElement =>
    element("div", { className: "field" }, element("label", { htmlFor: control.id, textContent: label }), control);
  const boxes = (legend: string, choices: HTMLElement): HTMLFieldSetElement =>
    element("fieldset", {}, element("legend", { textContent: legend }), choices);

  const states = element("div", { className: "choices" });
  const people = element("input", {
    type: "number",
    min: "1",
    max: "100000",
    id: "calendar-people",
    inputMode: "numeric",
  });
  people.addEventListener("change", () => change({ people: Math.max(0, Number(people.value) || 0) }));

  const since = element("input", { type: "time", id: "calendar-free-from" });
  const until = element("input", { type: "time", id: "calendar-free-until" });
  for (const input of [since, until]) {
    input.addEventListener("change", () => {
      const isComplete = since.value && until.value && since.value < until.value;
      if (isComplete || shown.free) change({ free: isComplete ? `${since.value}-${until.value}` : "" });
    });
  }

  const person = element("input", { type: "text", id: "calendar-person", name: "calendar-person" });
  const personId = element("input", { type: "hidden" });
  const personField = field(texts.person, person);
  personField.append(personId);
  const combobox = createCombobox(person, personId, searchPeople(api, peopleUrl), texts.nobody_found, (choice) =>
    change({ person: choice?.id ?? "", personName: choice?.label ?? "" }),
  );

  const names: Record<(typeof SOURCES)[number], string> = {
    staff: texts.source_staff,
    self: texts.source_self,
    import: texts.source_import,
    calcom: texts.source_calcom,
    api: texts.source_api,
  };
  const option = (value: string, textContent: string): HTMLElement => element("option", { value, textContent });
  const source = element("select", { id: "calendar-source" }, option("", texts.any));
  source.append(...SOURCES.map((each) => option(each, names[each])));
  source.addEventListener("change", () => change({ source: source.value }));

  const clear = element("button", { type: "button", className: "button small", textContent: texts.clear_filters });
  clear.addEventListener("click", () => onFilters(noFilters(shown.kind)));

  const features = createFeatureFields(texts, (wishes) => change({ features: wishes }));
  const panel = element(
    "div",
    { className: "calendar-filters" },
    boxes(texts.filter_status, states),
    personField,
    field(texts.filter_source, source),
    field(texts.filter_people, people),
    features.element,
    element(
      "fieldset",
      {},
      element("legend", { textContent: texts.filter_free }),
      element("div", { className: "form-row" }, field(texts.filter_from, since), field(texts.filter_until, until)),
    ),
    clear,
  );
  const details = element("details", { className: "menu" }, summary, panel);
  closeLikeMenu(details, summary);

  return {
    search,
    element: details,
    show(filters, known) {
      shown = filters;
      const count = narrowing(filters);
      summary.textContent = count ? fill(texts.filters_many, { count }) : texts.filters;
      if (document.activeElement !== search) search.value = filters.text;
      const status: [string, string][] = [
        ["confirmed", texts.status_confirmed],
        ["pending", texts.status_pending],
        ["hold", texts.status_hold],
      ];
      fillBoxes(states, status, filters.status, (chosen) => change({ status: chosen }));
      features.show(filters.features, known);
      people.value = filters.people ? String(filters.people) : "";
      if (filters.free || document.activeElement !== since) {
        const [from = "", to = ""] = filters.free.split("-");
        if (filters.free || (document.activeElement !== until && !details.open))
          [since.value, until.value] = [from, to];
      }
      if (document.activeElement !== person)
        combobox.set(filters.person ? { id: filters.person, label: filters.personName } : null, false);
      source.value = filters.source;
      clear.hidden = !count;
    },
  };
}
