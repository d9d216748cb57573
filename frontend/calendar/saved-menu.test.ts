import { beforeEach, expect, test, vi } from "vitest";

import { Problem, type Api } from "../shared/api";
import type { SavedView } from "./saved";
import { createSavedMenu, type SavedMenu } from "./saved-menu";
import { noFilters, readSettings, type State } from "./state";
import { calendarTexts } from "./texts";

const settings = readSettings({ timeZone: "America/New_York", date: "2026-11-27", view: "day" });
const state: State = { view: "day", day: "2026-11-27", filters: noFilters("space") };
const view = (name: string, more: Partial<SavedView> = {}): SavedView => ({
  id: name.toLowerCase(),
  name,
  query: `q=${name}`,
  shared: false,
  owner: "Alice",
  may_change: true,
  version: 1,
  ...more,
});
let get: () => Promise<unknown>;
const onView = vi.fn<(state: State) => void>();

beforeEach(() => {
  document.body.replaceChildren();
  onView.mockClear();
});

async function menu(): Promise<SavedMenu> {
  const api = { get: () => get() } as unknown as Api;
  const made = createSavedMenu({ api, settings, texts: calendarTexts(), onView });
  document.body.append(made.element);
  made.show(state);
  await vi.waitFor(() => expect(made.element.querySelector(".calendar-saved-list")!.childElementCount).not.toBe(0));
  return made;
}
const answer = (...items: SavedView[]): (() => Promise<unknown>) => {
  return () => Promise.resolve({ items, next: null });
};

test("shows one's own and what is shared, by whom, and lets change only what one may", async () => {
  get = answer(view("Clay"), view("Floor", { shared: true, owner: "Cara", may_change: false }));
  const { element } = await menu();

  await vi.waitFor(() => expect(element.querySelectorAll("h3").length).toBe(2));
  expect([...element.querySelectorAll("li")].map(({ textContent }) => textContent)).toEqual(["Clay…", "Floor Cara"]);
  expect([...element.querySelectorAll("[aria-label]")].map((each) => each.getAttribute("aria-label"))).toEqual([
    "Change the view “Clay”…",
  ]);
});

test("a chosen one is applied to the shown day, and told to be the one that is looked at", async () => {
  get = answer(view("Clay"));
  const made = await menu();
  await vi.waitFor(() => expect(made.element.querySelector("li button")).not.toBeNull());
  made.open();
  made.show({ ...state, day: "2027-01-09" });

  made.element.querySelector<HTMLElement>("li button")!.click();

  const shown = { view: "day", day: "2027-01-09", filters: { ...noFilters("space"), text: "Clay" } } as const;
  expect(onView).toHaveBeenCalledExactlyOnceWith(shown);
  made.show(shown);
  expect(made.element.querySelector("summary")!.textContent).toBe("View: Clay");
  expect(made.element.querySelector("[aria-current]")!.textContent).toBe("Clay");
});

test("without any it says how to make one", async () => {
  get = answer();
  expect((await menu()).element.textContent).toContain("None yet. Set the filter as you like it");
});

test("what went wrong is said in words, and can be tried again", async () => {
  get = () => Promise.reject(new Problem(503, { title: "Try again in a minute." }, ""));
  const made = await menu();
  const { element } = made;
  await vi.waitFor(() => expect(element.querySelector("[role=alert]")?.textContent).toBe("Try again in a minute."));
  made.show({ ...state, day: "2027-01-09" });
  expect(element.textContent).not.toContain("None yet.");

  get = answer(view("Clay"));
  [...element.querySelectorAll("button")].find(({ textContent }) => textContent === "Try again")!.click();

  await vi.waitFor(() => expect(element.querySelector("li")?.textContent).toBe("Clay…"));
  expect(document.activeElement).toBe(element.querySelector("summary"));
});
