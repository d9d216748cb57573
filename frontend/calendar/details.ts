/** The dialog that opens on an item: what it is, and what may be done with it. */
import { sentence } from "../shared/api";
import { formatDaySpan, instant } from "../shared/dates";
import { element, openDialog } from "../shared/dialog";
import type { Actions } from "./actions";
import { isPlanned, type Item } from "./feed";
import { statusOf, type Texts } from "./texts";

export interface DetailOptions {
  zone: string;
  locale: string;
  texts: Texts;
  mayEdit: boolean;
  actions: Actions;
  place: string;
  change(): void;
}

export async function openDetails(item: Item, options: DetailOptions): Promise<void> {
  if (!isPlanned(item)) return;
  const { zone, locale, texts, actions } = options;
  const { status = "", person, mayEdit, kind, url } = item.extendedProps;
  const dialog = element("dialog", { className: "dialog" });
  const heading = element("h2", { id: "details-title", textContent: item.title || texts.busy });
  dialog.setAttribute("aria-labelledby", heading.id);

  const facts = element("dl", { className: "definitions" });
  const say = (term: string, words: string): void => {
    if (words) facts.append(element("dt", { textContent: term }), element("dd", { textContent: words }));
  };
  say(texts.when, formatDaySpan(instant(item.start), instant(item.end), zone, locale));
  say(texts.where, options.place);
  say(texts.person, person ?? "");

  const refusal = element("div", { className: "notice error", hidden: true });
  refusal.setAttribute("role", "alert");
  const footer = element("div", { className: "dialog-actions" });
  const button = (label: string, look: string, run: () => Promise<boolean | void>): void => {
    const made = element("button", { type: "button", className: `button ${look}`, textContent: label });
    made.addEventListener("click", () => {
      made.disabled = true;
      refusal.hidden = true;
      run()
        .then((isDone) => isDone !== false && dialog.close())
        .catch((error: unknown) => {
          refusal.replaceChildren(element("strong", { textContent: sentence(error) }));
          refusal.hidden = false;
        })
        .finally(() => (made.disabled = false));
    });
    footer.append(made);
  };
  if (options.mayEdit && mayEdit && kind === "booking") {
    button(texts.cancel_booking, "danger", () => actions.cancel(item));
    if (status === "pending") button(texts.decline, "", () => actions.decline(item));
    button(texts.change, "", async () => {
      dialog.close();
      options.change();
    });
    if (status === "pending" || status === "hold") button(texts.confirm, "primary", () => actions.confirm(item));
  }

  const close = element("button", { type: "button", className: "close", ariaLabel: texts.close });
  close.addEventListener("click", () => dialog.close());
  const badge = element("p", {}, element("span", { className: `badge ${status}`, textContent: statusOf(item, texts) }));
  const body = element("div", { className: "dialog-body" }, ...(status ? [badge] : []), facts, refusal);
  if (url) body.append(element("p", {}, element("a", { href: url, textContent: texts.open_page })));
  dialog.append(element("div", { className: "dialog-header" }, heading, close), body);
  if (footer.childElementCount) dialog.append(footer);
  document.body.append(dialog);
  await openDialog(dialog);
  dialog.remove();
}
