import { beforeEach, describe, expect, test, vi } from "vitest";

vi.mock("./week.css", () => ({}));
import { mount } from "./island";
import { weekTexts } from "./texts";

const NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
let island: HTMLElement;

beforeEach(() => {
  document.body.innerHTML = `<form><div data-island="week" data-step="30" data-label="Opening hours"><div class="week-inputs">${NAMES.map(
    (name) => `<div class="field"><label for="${name}">${name} <span>optional</span></label><input id="${name}"></div>`,
  ).join(
    "",
  )}</div></div><input name="slot_minutes_0"><select name="slot_minutes_1"><option>minutes</option></select></form>`;
  island = document.querySelector<HTMLElement>("[data-island]")!;
  type("Monday", "09:00-12:00");
  mount(island, weekTexts());
});

function input(day: string): HTMLInputElement {
  return document.getElementById(day) as HTMLInputElement;
}
function type(day: string, text: string): void {
  input(day).value = text;
  input(day).dispatchEvent(new Event("input", { bubbles: true }));
}
function button(label: string): HTMLButtonElement {
  const found = [...island.querySelectorAll("button")].find((each) => each.getAttribute("aria-label") === label);
  if (!found) throw new Error(`no button “${label}”`);
  return found;
}
function press(key: string, more: KeyboardEventInit = {}): void {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
}
function said(): string {
  return island.querySelector("[role=status]")?.textContent?.trim() ?? "";
}

describe("the drawn week", () => {
  test("shows what the inputs say, and follows them", () => {
    const shown = [...button("Monday, 09:00 to 12:00").querySelectorAll<HTMLElement>("[data-shown]")];
    expect(shown.map(({ dataset }) => dataset.shown)).toEqual(["09:00", "12:00"]);
    type("Tuesday", "18:00-02:00");
    expect(button("Tuesday, 18:00 to 02:00 the next day")).toBeTruthy();
    type("Monday", "whenever");
    expect(island.querySelector("[aria-label='Monday: cannot be read']")).toBeTruthy();
    expect(island.querySelector("[aria-label='Sunday: closed']")).toBeTruthy();
  });
  test("moves, lengthens and removes a block by keys, in the input and aloud", () => {
    button("Monday, 09:00 to 12:00").focus();
    press("ArrowDown");
    expect([input("Monday").value, said()]).toEqual(["09:30-12:30", "Monday, 09:30 to 12:30."]);
    press("ArrowDown", { shiftKey: true });
    expect(input("Monday").value).toBe("09:30-13:00");
    expect(document.activeElement).toBe(button("Monday, 09:30 to 13:00"));
    press("Delete");
    expect([input("Monday").value, said()]).toEqual(["", "Removed. Monday is closed now."]);
    expect(document.activeElement).toBe(button("Monday, add hours"));
  });
  test("stops at the next block", () => {
    type("Monday", "09:00-12:00, 12:00-13:00");
    button("Monday, 09:00 to 12:00").focus();
    press("ArrowDown");
    expect([input("Monday").value, said()]).toEqual(["09:00-12:00, 12:00-13:00", "It goes no further."]);
  });
  test("adds hours to a day and copies a day to all weekdays", () => {
    button("Sunday, add hours").click();
    expect([input("Sunday").value, said()]).toEqual(["09:00-17:00", "Added: Sunday, 09:00 to 17:00."]);
    expect(document.activeElement).toBe(button("Sunday, 09:00 to 17:00"));
    button("Copy Sunday to all weekdays").click();
    expect(NAMES.map((name) => input(name).value)).toEqual([
      ...Array<string>(5).fill("09:00-17:00"),
      "",
      "09:00-17:00",
    ]);
  });
  test("goes between days by arrow keys, and to the input by Enter", () => {
    button("Monday, 09:00 to 12:00").focus();
    press("ArrowRight");
    expect(document.activeElement).toBe(button("Tuesday, add hours"));
    button("Monday, 09:00 to 12:00").focus();
    press("Enter");
    expect(document.activeElement).toBe(input("Monday"));
  });
  test("follows the grid that is typed beside it", () => {
    (document.querySelector("[name=slot_minutes_0]") as HTMLInputElement).value = "60";
    button("Monday, 09:00 to 12:00").focus();
    press("ArrowUp");
    expect(input("Monday").value).toBe("08:00-11:00");
  });
});
