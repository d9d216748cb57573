/** What a booking needs: one thing or several, each a certain one or any of some that would do. */
import { element } from "../shared/dialog";
import type { Leg, LegWish, Resource } from "./feed";
import { kindName, type Texts } from "./texts";

/** One thing that is needed: `options` are resources that would do, the best first. */
interface Need {
  options: string[];
  units?: number;
  exclusive?: boolean;
}

export interface LegsField {
  set(legs: Leg[]): void;
  read(): LegWish[];
  /** Whether this would do in the place of one of them, or is one of them. */
  suits(insteadOf: string | null | undefined): boolean;
  /** Takes an alternative: in the place of another, or, where one thing alone is needed, instead of it. */
  take(resourceId: string, insteadOf: string | null | undefined): void;
}

export interface LegsOptions {
  texts: Texts;
  resources(): Resource[];
  /** Another choice, more of it, or less: told once it is so. */
  onChange(): void;
}

/** `first` is the page's own select, for the first thing; the script adds the others below it. */
export function createLegs(first: HTMLSelectElement, { texts, resources, onChange }: LegsOptions): LegsField {
  let needs: Need[] = [{ options: [""] }];
  const rows = element("div", { className: "form-legs" });
  const another = button(texts.leg_add, () => {
    const used = new Set(needs.flatMap(({ options }) => options));
    const next = resources().find(({ id }) => !used.has(id));
    if (!next) return;
    needs.push({ options: [next.id] });
    changed();
    rows.querySelectorAll("select")[rows.querySelectorAll("select").length - 1]?.focus();
  });
  first.closest(".field")?.after(rows);
  first.addEventListener("change", () => {
    needs[0] = choose(needs[0]!, 0, first.value);
    changed();
  });

  function changed(): void {
    draw();
    onChange();
  }
  function draw(): void {
    fillSelect(first, resources(), texts);
    first.value = needs[0]?.options[0] ?? "";
    if (!first.value) first.selectedIndex = 0;
    needs[0]!.options[0] = first.value;
    rows.replaceChildren(...needs.flatMap(drawNeed), element("div", { className: "cluster" }, ...more()));
  }
  /** What can be added: something that would do instead of the first, something needed besides. */
  function more(): HTMLElement[] {
    return [button(texts.leg_or, () => addOption(0)), another];
  }
  function addOption(index: number): void {
    const need = needs[index]!;
    const kind = resources().find(({ id }) => id === need.options[0])?.kind;
    const next = resources().find(({ id, kind: each }) => each === kind && !need.options.includes(id));
    if (!next) return;
    need.options.push(next.id);
    changed();
  }
  function drawNeed(need: Need, index: number): HTMLElement[] {
    return need.options.flatMap((chosen, place) => {
      if (index === 0 && place === 0) return unitsOf(need, index);
      const id = `booking_leg_${index}_${place}`;
      const select = element("select", { id });
      fillSelect(select, resources(), texts);
      select.value = chosen;
      select.addEventListener("change", () => {
        needs[index] = choose(need, place, select.value);
        changed();
      });
      const words = place ? texts.leg_instead : texts.leg_also;
      const remove = element("button", { type: "button", className: "close", ariaLabel: texts.leg_remove });
      remove.addEventListener("click", () => {
        if (place) need.options.splice(place, 1);
        else needs.splice(index, 1);
        changed();
        another.focus();
      });
      const field = element(
        "div",
        { className: "field" },
        element("label", { htmlFor: id, textContent: words }),
        select,
      );
      const or = place === 0 && index ? [button(texts.leg_or, () => addOption(index))] : [];
      return [
        element("div", { className: "form-leg" }, field, ...or, remove),
        ...(place === 0 ? unitsOf(need, index) : []),
      ];
    });
  }
  /** How many, of what there is more than one of. */
  function unitsOf(need: Need, index: number): HTMLElement[] {
    const most = resources().find(({ id }) => id === need.options[0])?.units ?? 1;
    if (most < 2) return [];
    const id = `booking_units_${index}`;
    const input = element("input", { id, type: "number", min: "1", max: String(most), value: String(need.units ?? 1) });
    input.addEventListener("change", () => {
      need.units = Math.max(1, Number(input.value) || 1);
      onChange();
    });
    return [
      element("div", { className: "field" }, element("label", { htmlFor: id, textContent: texts.leg_units }), input),
    ];
  }

  return {
    set(legs) {
      needs = legs.length
        ? legs.map(({ resource_id, units, exclusive }) => ({
            options: [resource_id],
            ...(units === undefined ? {} : { units }),
            ...(exclusive === undefined ? {} : { exclusive }),
          }))
        : [{ options: [""] }];
      draw();
    },
    read: () => needs.map(toWish),
    suits: (insteadOf) => !insteadOf || needs.some(({ options }) => options.includes(insteadOf)),
    take(resourceId, insteadOf) {
      const index = insteadOf ? needs.findIndex(({ options }) => options.includes(insteadOf)) : 0;
      if (index < 0 || (!insteadOf && needs.length > 1)) return;
      needs[index] = choose({ ...needs[index]!, options: [resourceId] }, 0, resourceId);
      changed();
    },
  };
}

/** Another resource in one place: how many goes along, being alone does not. */
function choose({ options, units }: Need, place: number, resourceId: string): Need {
  return {
    options: options.map((each, position) => (position === place ? resourceId : each)),
    ...(units === undefined ? {} : { units }),
  };
}

function toWish({ options, units, exclusive }: Need): LegWish {
  const [only] = options;
  const any = [...new Set(options)];
  return {
    ...(any.length > 1 ? { any_of: any } : { resource_id: only! }),
    ...(units === undefined ? {} : { units }),
    ...(exclusive ? { exclusive } : {}),
  };
}

function fillSelect(select: HTMLSelectElement, resources: Resource[], texts: Texts): void {
  const chosen = select.value;
  const groups = [...new Set(resources.map(({ kind }) => kind))].map((kind) => {
    const choices = resources
      .filter((each) => each.kind === kind)
      .map(({ id, name }) => element("option", { value: id, textContent: name }));
    return element("optgroup", { label: kindName(kind, texts) }, ...choices);
  });
  select.replaceChildren(...(groups.length === 1 ? groups[0]!.children : groups));
  if (chosen) select.value = chosen;
}

function button(textContent: string, run: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", className: "button small", textContent });
  made.addEventListener("click", run);
  return made;
}
