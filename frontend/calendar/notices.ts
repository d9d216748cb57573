/** What stands over the grid when there is none to see: loading, a failure, nothing. */
import { sentence } from "../shared/api";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Texts } from "./texts";

export function failure(error: unknown, texts: Texts, retry: () => void): HTMLElement {
  const box = element(
    "div",
    { className: "notice error" },
    element("strong", { textContent: texts.load_failed }),
    element("p", { textContent: sentence(error) }),
    element("p", {}, button(texts.retry, retry)),
  );
  box.setAttribute("role", "alert");
  return box;
}

/** Before a house has anything that could be booked: where it is to be added. */
export function emptyHouse(resourcesPage: string, texts: Texts): HTMLElement {
  return element(
    "div",
    { className: "empty" },
    element("h3", { textContent: texts.empty_house_title }),
    element("p", { textContent: texts.empty_house }),
    element("a", { className: "button", href: resourcesPage, textContent: texts.resources_page }),
  );
}

export function nothing(texts: Texts, showEverything: () => void): HTMLElement {
  return element(
    "div",
    { className: "empty" },
    element("h3", { textContent: texts.no_resources_title }),
    element("p", { textContent: texts.no_resources }),
    button(texts.show_everything, showEverything),
  );
}

/** More columns than anybody can read: says so, and what to do about it. */
export function tooMany(
  told: { resources: number; columns: number; most: number; timeline(): void; choose(): void },
  texts: Texts,
): HTMLElement {
  const { resources, columns, most } = told;
  return element(
    "div",
    { className: "empty" },
    element("h3", { textContent: fill(texts.too_many_title, { resources, columns }) }),
    element("p", { textContent: fill(texts.too_many, { most }) }),
    element(
      "div",
      { className: "cluster" },
      button(texts.see_timeline, () => told.timeline()),
      button(texts.choose_columns, () => told.choose()),
    ),
  );
}

export function skeleton(texts: Texts): HTMLElement {
  const columns = Array.from({ length: 6 }, () => element("span", { className: "skeleton" }));
  const words = element("span", { className: "visually-hidden", textContent: texts.loading });
  return element("div", { className: "calendar-skeleton" }, words, ...columns);
}

function button(textContent: string, run: () => void): HTMLElement {
  const made = element("button", { type: "button", className: "button", textContent });
  made.addEventListener("click", run);
  return made;
}
