/** Asks for what a view is called and who sees it. */
import { Problem } from "../shared/api";
import { element, openDialog } from "../shared/dialog";
import { createRefusal } from "./refusal";
import type { SavedView } from "./saved";
import type { Texts } from "./texts";

export interface ViewWish {
  name: string;
  shared: boolean;
  /** Whether it is to show what the calendar shows now. */
  isRetaken: boolean;
}

export interface ViewDialogOptions {
  texts: Texts;
  /** The view that is changed; absent for a new one. */
  view?: SavedView;
  /** Whether the calendar shows something else than the view. */
  isOther: boolean;
  /** Throws Problem, which the dialog shows. */
  send(wish: ViewWish): Promise<void>;
}

/** Resolves with "saved", with "delete" when that is what is wanted, or with nothing. */
export async function openViewDialog({ texts, view, isOther, send }: ViewDialogOptions): Promise<string> {
  const dialog = element("dialog", { className: "dialog" });
  const heading = element("h2", { id: "view-title", textContent: view ? texts.view_change : texts.view_save });
  dialog.setAttribute("aria-labelledby", heading.id);
  const button = (textContent: string, look = ""): HTMLButtonElement =>
    element("button", { type: "button", className: `button ${look}`, textContent });
  const close = element("button", { type: "button", className: "close", ariaLabel: texts.close });
  const tick = (id: string, label: string): HTMLInputElement => {
    const box = element("input", { type: "checkbox", id });
    body.append(element("label", { className: "choice" }, box, element("span", { textContent: label })));
    return box;
  };

  const name = element("input", { type: "text", id: "view-name", name: "name", maxLength: 80, autocomplete: "off" });
  name.value = view?.name ?? "";
  const hint = element("p", { className: "hint", id: "view-hint", textContent: texts.view_hint });
  name.setAttribute("aria-describedby", hint.id);
  const label = element("label", { htmlFor: name.id, textContent: texts.view_name });
  const body = element("div", { className: "dialog-body" }, element("div", { className: "field" }, label, name, hint));
  const shared = tick("view-shared", texts.view_shared);
  shared.checked = view?.shared ?? false;
  const retaken = view && isOther ? tick("view-retaken", texts.view_retake) : null;

  const away = button(texts.view_delete, "danger apart");
  const never = button(texts.never_mind);
  const submit = element("button", { type: "submit", className: "button primary", textContent: texts.save_change });
  const actions = element("div", { className: "dialog-actions" }, ...(view ? [away] : []), never, submit);
  const form = element("form", { className: "form", noValidate: true }, body, actions);
  dialog.append(element("div", { className: "dialog-header" }, heading, close), form);
  const refusal = createRefusal(form, {
    inputOf: {},
    alternativesTitle: "",
    suits: () => false,
    describe: () => "",
    choose: () => undefined,
  });

  close.addEventListener("click", () => dialog.close());
  never.addEventListener("click", () => dialog.close());
  away.addEventListener("click", () => dialog.close("delete"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void save();
  });
  async function save(): Promise<void> {
    refusal.clear();
    submit.disabled = true;
    try {
      const wish = { name: name.value.trim(), shared: shared.checked, isRetaken: retaken?.checked ?? false };
      if (!wish.name)
        throw new Problem(422, { title: texts.form_incomplete, fields: { name: texts.view_name_needed } }, "");
      await send(wish);
      dialog.close("saved");
    } catch (error) {
      refusal.show(error);
      name.focus();
    } finally {
      submit.disabled = false;
    }
  }

  document.body.append(dialog);
  const closed = openDialog(dialog);
  name.focus();
  const answer = await closed;
  dialog.remove();
  return answer;
}
