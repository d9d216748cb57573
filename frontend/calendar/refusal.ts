/** What a form says when the server refuses: the sentence, every reason, the fields at fault, times that would do. */
import { Problem, sentence, type Alternative } from "../shared/api";
import { element } from "../shared/dialog";

export interface Refusal {
  show(error: unknown): void;
  clear(): void;
}

export interface RefusalOptions {
  /** Which input shows what is said about which field of the API, where the names differ. */
  inputOf: Record<string, string>;
  alternativesTitle: string;
  /** Whether the form could take it. */
  suits(choice: Alternative): boolean;
  /** An alternative in words. */
  describe(choice: Alternative): string;
  choose(choice: Alternative): void;
}

/** Stands at the top of the form's body, as an alert. */
export function createRefusal(form: HTMLFormElement, options: RefusalOptions): Refusal {
  const box = element("div", { className: "notice error", hidden: true, role: "alert" });
  (form.querySelector(".dialog-body") ?? form).prepend(box);

  function clear(): void {
    box.hidden = true;
    box.replaceChildren();
    for (const message of form.querySelectorAll(".error[data-made]")) message.remove();
    for (const input of form.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      describeBy(input, (ids) => ids.filter((id) => !id.endsWith("-refusal")));
    }
  }

  function show(error: unknown): void {
    clear();
    const problem = error instanceof Problem ? error : null;
    const said = sentence(error);
    const unplaced = Object.entries(problem?.fields ?? {}).filter(([path, words]) => !showAtField(path, words));
    const causes = [
      ...(problem?.reasons ?? []).map(({ detail, code }) => detail || code),
      ...unplaced.map(([path, words]) => `${path}: ${words}`),
    ].filter((cause, index, all) => cause !== said && all.indexOf(cause) === index);
    box.append(element("strong", { textContent: said }));
    if (causes.length) {
      box.append(
        element("ul", { className: "reasons" }, ...causes.map((textContent) => element("li", { textContent }))),
      );
    }
    const choices = problem?.alternatives.filter((choice) => options.suits(choice)) ?? [];
    if (choices.length) box.append(...alternatives(choices));
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
  }

  /** True when an input of the form could show it. */
  function showAtField(path: string, words: string): boolean {
    const name = path.split(".")[0] ?? path;
    const input = form.elements.namedItem(options.inputOf[name] ?? name);
    const field = input instanceof Element ? input.closest(".field") : null;
    if (!(input instanceof HTMLElement) || !field) return false;
    const message = element("p", { className: "error", id: `${input.id || name}-refusal`, textContent: words });
    message.dataset.made = "";
    field.append(message);
    input.setAttribute("aria-invalid", "true");
    describeBy(input, (ids) => [...ids, message.id]);
    return true;
  }

  function alternatives(choices: Alternative[]): HTMLElement[] {
    const buttons = choices.map((choice) => {
      const button = element("button", {
        type: "button",
        className: "button small",
        textContent: options.describe(choice),
      });
      button.addEventListener("click", () => {
        clear();
        options.choose(choice);
      });
      return element("li", {}, button);
    });
    return [
      element("p", { textContent: options.alternativesTitle }),
      element("ul", { className: "alternatives" }, ...buttons),
    ];
  }

  return { show, clear };
}

function describeBy(input: Element, change: (ids: string[]) => string[]): void {
  const ids = change((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
  else input.removeAttribute("aria-describedby");
}
