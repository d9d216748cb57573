import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { createCombobox, type Choice } from "./combobox";
import { ask, wireDialogs } from "./dialog";
import { fill, readTexts } from "./texts";
import { showToast, toastRegion } from "./toast";

beforeEach(() => {
  document.body.replaceChildren();
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

function button(label: string): HTMLButtonElement {
  const found = [...document.querySelectorAll("button")].find(
    ({ textContent, ariaLabel }) => textContent === label || ariaLabel === label,
  );
  if (!found) throw new Error(`no button “${label}”`);
  return found;
}
function press(target: EventTarget, key: string): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
}

describe("texts", () => {
  test("the page's words replace the English ones, key by key", () => {
    document.body.innerHTML =
      '<script type="application/json" id="words">{"today": "Hoy", "unknown": "x", "none": ""}</script>';
    expect(readTexts("words", { today: "Today", none: "None", close: "Close" })).toEqual({
      today: "Hoy",
      none: "None",
      close: "Close",
    });
    expect(readTexts("absent", { today: "Today" })).toEqual({ today: "Today" });
  });
  test("values stand where the text names them", () => {
    expect(fill("{count} in {place}, {other}", { count: 3, place: "{count}" })).toBe("3 in {count}, {other}");
  });
});

describe("toasts", () => {
  test("a toast is read out, offers its way back once, and goes after its time", () => {
    const run = vi.fn();
    showToast({ text: "Moved.", action: { label: "Undo", run } });
    expect(toastRegion().getAttribute("aria-live")).toBe("polite");

    vi.advanceTimersByTime(9_900);
    button("Undo").click();

    expect(run).toHaveBeenCalledOnce();
    expect(document.querySelector(".toast")).toBeNull();
  });
  test("it waits while someone is on it", () => {
    showToast({ text: "Saved.", seconds: 1 });
    const toast = document.querySelector(".toast")!;

    toast.dispatchEvent(new Event("pointerenter"));
    vi.advanceTimersByTime(5_000);
    expect(toast.isConnected).toBe(true);

    toast.dispatchEvent(new Event("pointerleave"));
    vi.advanceTimersByTime(1_000);
    expect(toast.isConnected).toBe(false);
  });
  test("errors interrupt; no more than three at once; text is never markup", () => {
    for (const text of ["one", "two", "three", "<b>four</b>"]) showToast({ text, tone: "error" });

    const toasts = [...document.querySelectorAll(".toast")];
    expect(toasts.map((toast) => toast.querySelector("p")!.textContent)).toEqual(["two", "three", "<b>four</b>"]);
    expect(toasts.every((toast) => toast.getAttribute("role") === "alert")).toBe(true);
  });
});

describe("dialogs", () => {
  test("buttons open and close what they name", () => {
    document.body.innerHTML =
      '<button data-dialog-open="d">Open</button><dialog id="d"><button data-dialog-close>Close</button></dialog>';
    wireDialogs(document);
    const dialog = document.querySelector("dialog")!;

    button("Open").click();
    expect(dialog.open).toBe(true);
    button("Close").click();
    expect(dialog.open).toBe(false);
  });
  test("a question is answered with a reason, or not at all", async () => {
    const question = {
      title: "Decline?",
      confirm: "Decline",
      cancel: "Never mind",
      reason: { label: "Reason", required: true },
    };

    const no = ask(question);
    button("Never mind").click();
    expect(await no).toBeNull();

    const yes = ask(question);
    document.querySelector("textarea")!.value = "  Kiln is cold. ";
    document.querySelector("dialog")!.close("yes");
    expect(await yes).toEqual({ reason: "Kiln is cold." });
    expect(document.querySelector("dialog")).toBeNull();
  });
});

describe("the combobox", () => {
  const people: Choice[] = [
    { id: "p1", label: "Inés Calderón" },
    { id: "p2", label: "Inés Duarte", hint: "ines@example.org" },
  ];
  let input: HTMLInputElement;
  let hidden: HTMLInputElement;

  async function type(words: string): Promise<void> {
    input.value = words;
    input.dispatchEvent(new Event("input"));
    await vi.advanceTimersByTimeAsync(200);
  }
  beforeEach(() => {
    document.body.innerHTML =
      '<div class="field"><input id="person" name="person"><input type="hidden" name="person_id"></div>';
    [input, hidden] = [...document.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
    createCombobox(
      input,
      hidden,
      (words) => Promise.resolve(people.filter(({ label }) => label.toLowerCase().includes(words.toLowerCase()))),
      "Nobody found.",
    );
  });

  test("finds as one types and chooses by keyboard", async () => {
    await type("in");
    expect(input.getAttribute("aria-expanded")).toBe("true");

    press(input, "ArrowDown");
    press(input, "ArrowDown");
    expect(input.getAttribute("aria-activedescendant")).toBe("person-choices-1");
    expect(press(input, "Enter").defaultPrevented).toBe(true);

    expect([input.value, hidden.value, input.getAttribute("aria-expanded")]).toEqual(["Inés Duarte", "p2", "false"]);
    expect(press(input, "Enter").defaultPrevented).toBe(false);
  });
  test("typing on forgets the choice; leaving with words that chose nobody empties the field", async () => {
    await type("Inés Duarte");
    press(input, "ArrowDown");
    press(input, "Enter");
    await type("Inés D");
    expect(hidden.value).toBe("");

    input.dispatchEvent(new Event("blur"));
    expect(input.value).toBe("");
  });
  test("a full name typed out counts as chosen", async () => {
    await type("inés calderón");
    input.dispatchEvent(new Event("blur"));
    expect([input.value, hidden.value]).toEqual(["Inés Calderón", "p1"]);
  });
  test("adds whom it did not find, once that is chosen, and tells", async () => {
    document.body.innerHTML = '<div class="field"><input id="who" name="who"><input type="hidden"></div>';
    [input, hidden] = [...document.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
    const [told, run] = [vi.fn(), vi.fn((label: string) => Promise.resolve({ id: "p9", label }))];
    createCombobox(input, hidden, () => Promise.resolve([]), "Nobody found.", told, {
      label: (one) => `Add ${one}`,
      run,
    });
    await type("Dora");
    expect(document.querySelector("[role=listbox]")!.textContent).toBe("Add Dora");
    input.dispatchEvent(new Event("blur"));
    expect([input.value, run.mock.calls.length]).toEqual(["", 0]);

    await type("Dora");
    press(input, "ArrowDown");
    press(input, "Enter");
    await vi.advanceTimersByTimeAsync(0);
    expect([input.value, hidden.value, told.mock.calls.map(([choice]) => choice?.id)]).toEqual(["Dora", "p9", ["p9"]]);
  });
  test("Escape closes the list and not the dialog around it", async () => {
    await type("zzz");
    expect(document.querySelector("[role=listbox]")!.textContent).toBe("Nobody found.");
    expect(press(input, "Escape").defaultPrevented).toBe(true);
    expect(press(input, "Escape").defaultPrevented).toBe(false);
  });
});
