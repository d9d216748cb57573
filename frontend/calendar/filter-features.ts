/** The part of the filter that asks what resources have: boxes for having it, a field for at least so much, or which. */
import type { Api } from "../shared/api";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { withParams } from "./feed";
import type { Texts } from "./texts";
import { askedOf, hasField, wishInWords, withWish, type Feature } from "./wishes";

export interface FeatureFields {
  readonly element: HTMLElement;
  /** `wishes` are those that are asked, `known` the words of the house. */
  show(wishes: string[], known: Feature[]): void;
}

type Control = HTMLInputElement | HTMLSelectElement;

export function createFeatureFields(texts: Texts, onWishes: (wishes: string[]) => void): FeatureFields {
  let [wishes, known]: [string[], Feature[]] = [[], []];
  let controls: [Feature, Control][] = [];
  const choices = element("div", { className: "choices" });
  const boxes = element("fieldset", {}, element("legend", { textContent: texts.has_features }), choices);
  const fields = element("div", { className: "calendar-filter-fields" });

  function controlOf(feature: Feature): Control {
    const id = `calendar-feature-${feature.key}`;
    const control =
      feature.type === "number"
        ? element("input", { type: "number", step: "any", id, inputMode: "decimal" })
        : element(
            "select",
            { id },
            ...["", ...feature.choices].map((value) =>
              element("option", { value, textContent: value || texts.filter_whichever }),
            ),
          );
    control.addEventListener("change", () =>
      onWishes(withWish(wishes, { key: feature.key, sign: signOf(feature), value: control.value })),
    );
    return control;
  }

  function labelOf({ type, name, unit }: Feature): string {
    if (type !== "number") return name;
    return unit ? fill(texts.filter_at_least_of, { name, unit }) : fill(texts.filter_at_least, { name });
  }

  return {
    element: element("div", { className: "calendar-filter-features" }, boxes, fields),
    show(asked, features) {
      wishes = asked;
      // Made once: a field that is drawn anew loses what is being typed.
      if (features !== known) {
        known = features;
        controls = features
          .filter(({ type }) => type === "number" || type === "choice")
          .map((feature) => [feature, controlOf(feature)]);
        fields.replaceChildren(
          ...controls.map(([feature, control]) =>
            element(
              "div",
              { className: "field" },
              element("label", { htmlFor: control.id, textContent: labelOf(feature) }),
              control,
            ),
          ),
        );
      }
      for (const [feature, control] of controls) {
        const value = askedOf(wishes, feature.key, signOf(feature));
        if (control.value !== value && (value || document.activeElement !== control)) control.value = value;
      }
      const simple = features.filter(({ type }) => type === "flag" || type === "text").map(({ key }) => key);
      const others = wishes.filter((text) => !simple.includes(text) && !hasField(text, features));
      fillBoxes(
        choices,
        [...simple, ...others].map((text) => [text, wishInWords(text, features)]),
        wishes,
        onWishes,
      );
      boxes.hidden = !choices.childElementCount;
    },
  };
}

/** Tick boxes for several values of one filter; whoever ticks them by keyboard keeps their place. */
export function fillBoxes(
  into: HTMLElement,
  choices: [string, string][],
  chosen: string[],
  onChange: (chosen: string[]) => void,
): void {
  const focused = into.contains(document.activeElement) ? (document.activeElement as HTMLInputElement).value : "";
  into.replaceChildren(
    ...choices.map(([value, label]) => {
      const box = element("input", { type: "checkbox", value, checked: chosen.includes(value) });
      box.addEventListener("change", () => {
        const others = chosen.filter((each) => each !== value);
        onChange(box.checked ? [...others, value] : others);
      });
      return element("label", { className: "choice" }, box, label);
    }),
  );
  if (focused) into.querySelector<HTMLInputElement>(`input[value="${CSS.escape(focused)}"]`)?.focus();
}

/** Words for what resources have; without them there is only no filter for it. */
export async function loadFeatures(api: Api, url: string): Promise<Feature[]> {
  const features: Feature[] = [];
  try {
    let cursor: string | null | undefined;
    do {
      const page: { items: Feature[]; next?: string | null } = await api.get(
        cursor ? withParams(url, { cursor }) : url,
      );
      features.push(...page.items);
      cursor = page.next;
    } while (cursor);
  } catch {
    return [];
  }
  return features;
}

function signOf({ type }: Feature): ">=" | "=" {
  return type === "number" ? ">=" : "=";
}
