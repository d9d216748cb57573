/** The fields of a form by name; a page may leave some out. */
import { element } from "../shared/dialog";

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface Fields {
  /** A field left out behaves as an empty one. */
  control(name: string): Control;
  value(name: string): string;
  /** Shows or hides a field with its label, or everything in the fold it is in. */
  show(name: string, isShown: boolean): void;
}

export function createFields(form: HTMLFormElement): Fields {
  function control(name: string): Control {
    const found = form.elements.namedItem(name);
    const isOne =
      found instanceof HTMLInputElement || found instanceof HTMLSelectElement || found instanceof HTMLTextAreaElement;
    return isOne ? found : element("input", { name });
  }
  return {
    control,
    value: (name) => control(name).value.trim(),
    show(name, isShown) {
      const part = control(name).closest<HTMLElement>("[data-part]") ?? control(name).closest<HTMLElement>(".field");
      part?.toggleAttribute("hidden", !isShown);
    },
  };
}
