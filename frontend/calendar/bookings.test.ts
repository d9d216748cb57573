/** Form and actions together, as they meet on the page: against an API that answers what a test says. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Problem, type Api } from "../shared/api";
import { createActions, type Actions } from "./actions";
import type { Item, Resource } from "./feed";
import { createForm, type BookingForm } from "./form";
import { calendarTexts } from "./texts";

const RESOURCES: Resource[] = [
  { id: "hall", kind: "space", name: "Hall" },
  { id: "yard", kind: "space", name: "Yard" },
  { id: "kiln", kind: "equipment", name: "Kiln" },
];
const FIRING: Item = {
  id: "b1",
  resourceIds: ["kiln"],
  title: "Firing",
  start: "2026-11-23T10:00:00-05:00",
  end: "2026-11-23T12:00:00-05:00",
  extendedProps: { kind: "booking", status: "confirmed", version: 3, person: "Inés Calderón", mayEdit: true },
};
const TAKEN = new Problem(
  409,
  {
    title: "That time is already booked.",
    code: "slot_taken",
    reasons: [{ code: "slot_taken", detail: "Kiln is taken until 14:00." }],
    alternatives: [
      { resource_id: "hall", starts_at: "2026-11-24T14:00:00-05:00", ends_at: "2026-11-24T16:00:00-05:00" },
    ],
  },
  "",
);

interface Sent {
  method: string;
  url: string;
  body: unknown;
  version?: number | undefined;
}
let sent: Sent[];
let answers: unknown[];
let form: BookingForm;
let actions: Actions;
let refresh: ReturnType<typeof vi.fn<() => void>>;

function answer<T>(request: Sent): Promise<T> {
  sent.push(request);
  const next = answers.shift();
  return next instanceof Error ? Promise.reject(next) : Promise.resolve(next as T);
}
const FULL = {
  id: "b1",
  status: "confirmed",
  version: 3,
  note: "",
  visibility: "busy",
  source: "staff",
  may: [],
  legs: [],
};
const api: Api = {
  get: <T>() => Promise.resolve(FULL as T),
  ask: () => Promise.reject(new Problem(503, null, "busy")),
  post: (url, body) => answer({ method: "POST", url, body }),
  patch: (url, body, version) => answer({ method: "PATCH", url, body, version }),
  remove: () => Promise.reject(new Problem(503, null, "busy")),
};

beforeEach(() => {
  [sent, answers, refresh] = [[], [], vi.fn<() => void>()];
  document.body.innerHTML = `
    <dialog id="booking-dialog"><h2></h2><form><div class="dialog-body">
      <div class="field"><input name="title"></div>
      <div class="field"><input name="person"><input type="hidden" name="person_id"></div>
      <div class="field"><select name="resource"></select></div>
      <div class="field"><input name="date" type="date"></div>
      <div class="field"><input name="start" type="time"></div>
      <div class="field"><input name="end" type="time"></div>
      <div class="field"><input name="party_size" type="number" value="1"></div>
      <div class="field"><select name="status"><option value=""></option><option value="hold">Hold</option></select></div>
    </div><button type="submit"></button></form></dialog>`;
  const common = { api, zone: "America/New_York", locale: "en-GB", texts: calendarTexts() };
  actions = createActions({
    ...common,
    bookingsUrl: "/api/bookings",
    resource: (id) => RESOURCES.find((each) => each.id === id),
    refresh,
  });
  form = createForm(document.querySelector("dialog")!, {
    ...common,
    bookingsUrl: "/api/bookings",
    peopleUrl: "/api/people",
    resources: () => RESOURCES,
    actions,
  });
});
afterEach(() => document.querySelector(".toast-region")?.remove());

function input(name: string): HTMLInputElement {
  return document.querySelector<HTMLInputElement>(`#booking-dialog [name=${name}]`)!;
}
function set(values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) {
    input(name).value = value;
    input(name).dispatchEvent(new Event("change"));
  }
}
async function submit(): Promise<void> {
  document.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  await settle();
}
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
/** Without the commas and thin spaces that come and go between versions of the locale data. */
const plain = (node: Element): string => node.textContent!.replace(/,/g, "").replace(/\s*–\s*/g, "–");
const toasts = (): string[] => [...document.querySelectorAll(".toast p")].map(plain);
const isOpen = (): boolean => document.querySelector("dialog")!.open;
const undo = async (): Promise<void> => {
  document.querySelector<HTMLButtonElement>(".toast button:not(.close)")!.click();
  await settle();
};

describe("a new booking", () => {
  test("is sent as drawn, in the organisation's zone, and can be taken back", async () => {
    answers.push({ id: "b9", status: "confirmed", version: 1 }, { id: "b9", status: "cancelled", version: 2 });
    void form.openNew({ resourceId: "yard", start: "2026-11-23T09:00:00-05:00", end: "2026-11-23T10:30:00-05:00" });
    set({ title: " Choir " });
    await submit();

    expect(sent).toEqual([
      {
        method: "POST",
        url: "/api/bookings",
        body: {
          title: "Choir",
          starts_at: "2026-11-23T09:00:00-05:00",
          ends_at: "2026-11-23T10:30:00-05:00",
          legs: [{ resource_id: "yard" }],
          status: null,
          party_size: 1,
        },
      },
    ]);
    expect([isOpen(), toasts(), refresh.mock.calls.length]).toEqual([false, ["Booked: Choir."], 1]);

    await undo();
    expect(sent[1]).toEqual({
      method: "PATCH",
      url: "/api/bookings/b9",
      body: { status: "cancelled", reason: "Made by mistake" },
      version: 1,
    });
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  test("that ends before it starts ends on the next day, and says so", async () => {
    answers.push({ id: "b9", status: "hold", version: 1 });
    void form.openNew({ day: "2026-10-31", resourceId: "kiln" });
    set({ title: "Bisque", start: "22:00", end: "06:00", status: "hold" });
    expect(plain(document.querySelector("#booking-dialog .hint")!)).toBe("Ends on Sunday 1 November 2026.");
    await submit();

    expect(sent[0]!.body).toMatchObject({
      starts_at: "2026-10-31T22:00:00-04:00",
      ends_at: "2026-11-01T06:00:00-05:00",
      status: "hold",
    });
    expect(toasts()).toEqual(["Held: Bisque."]);
  });

  test("that is refused keeps the dialog open with the reason and times that would do", async () => {
    answers.push(TAKEN, { id: "b9", status: "pending", version: 1 });
    void form.openNew({ resourceId: "kiln", start: FIRING.start, end: FIRING.end });
    set({ title: "Glaze" });
    await submit();

    const refusal = document.querySelector<HTMLElement>("#booking-dialog [role=alert]")!;
    expect([isOpen(), refusal.hidden, toasts()]).toEqual([true, false, []]);
    expect(refusal.querySelector("strong")!.textContent).toBe("That time is already booked.");
    expect([...refusal.querySelectorAll(".reasons li")].map(({ textContent }) => textContent)).toEqual([
      "Kiln is taken until 14:00.",
    ]);

    refusal.querySelector("button")!.click();
    expect(refusal.hidden).toBe(true);
    await submit();
    expect(sent[1]!.body).toMatchObject({
      title: "Glaze",
      legs: [{ resource_id: "hall" }],
      starts_at: "2026-11-24T14:00:00-05:00",
      ends_at: "2026-11-24T16:00:00-05:00",
    });
    expect(toasts()).toEqual(["Requested: Glaze."]);
  });

  test("with a mistake in a field shows it there, and clears it on the next try", async () => {
    const problem = new Problem(
      422,
      {
        title: "Look again.",
        fields: { starts_at: "Too soon.", visibility: "Unknown." },
      },
      "",
    );
    answers.push(problem, { id: "b9", status: "confirmed", version: 1 });
    void form.openNew({ day: "2026-11-23" });
    set({ title: "Choir" });
    await submit();

    expect(input("start").getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(input("start").getAttribute("aria-describedby")!)!.textContent).toBe("Too soon.");
    expect(document.querySelector("#booking-dialog [role=alert]")!.textContent).toBe("Look again.visibility: Unknown.");
    await submit();
    expect([isOpen(), document.querySelectorAll("#booking-dialog .error").length]).toEqual([false, 1]);
  });

  test("that lacks something is not sent, and says all of it at once where it is", async () => {
    void form.openNew({ day: "2026-11-23" });
    set({ start: "" });
    await submit();
    expect([sent, isOpen()]).toEqual([[], true]);
    const said = [...document.querySelectorAll("#booking-dialog .error[data-made]")].map(
      ({ textContent }) => textContent,
    );
    expect(said).toEqual(["Say what it is.", "Say when it begins."]);
    expect(document.activeElement).toBe(input("title"));
  });

  test("of several things, or of any that would do, says so", async () => {
    answers.push({ id: "b9", status: "confirmed", version: 1 });
    void form.openNew({ day: "2026-11-23", resourceId: "hall" });
    set({ title: "Concert" });
    const press = (label: string): void =>
      [...document.querySelectorAll<HTMLButtonElement>("#booking-dialog button")]
        .find(({ textContent }) => textContent === label)!
        .click();
    press("Or instead…");
    press("Add something else");
    await submit();
    expect(sent[0]!.body).toMatchObject({ legs: [{ any_of: ["hall", "yard"] }, { resource_id: "kiln" }] });
  });
});

describe("a change by the form", () => {
  test("sends what differs, with the version seen, and can be taken back", async () => {
    answers.push({ id: "b1", status: "confirmed", version: 4 }, { id: "b1", status: "confirmed", version: 5 });
    void form.openChange(FIRING);
    await settle();
    expect([input("title").value, input("person").value, input("start").value]).toEqual([
      "Firing",
      "Inés Calderón",
      "10:00",
    ]);
    set({ end: "13:00", resource: "yard" });
    await submit();
    expect(sent[0]).toEqual({
      method: "PATCH",
      url: "/api/bookings/b1",
      body: { ends_at: "2026-11-23T13:00:00-05:00", legs: [{ resource_id: "yard" }] },
      version: 3,
    });
    expect(toasts()).toEqual(["Moved to Yard Mon 23 Nov 10:00–13:00."]);

    await undo();
    expect(sent[1]).toEqual({
      method: "PATCH",
      url: "/api/bookings/b1",
      body: { ends_at: FIRING.end, legs: [{ resource_id: "kiln" }] },
      version: 4,
    });
  });
  test("of nothing sends nothing", async () => {
    void form.openChange(FIRING);
    await settle();
    await submit();
    expect([sent, isOpen()]).toEqual([[], false]);
  });
  test("keeps the nights of a long booking", async () => {
    answers.push({ id: "b1", status: "confirmed", version: 4 });
    void form.openChange({ ...FIRING, end: "2026-11-25T12:00:00-05:00" });
    await settle();
    set({ end: "13:00" });
    await submit();
    expect(sent[0]!.body).toEqual({ ends_at: "2026-11-25T13:00:00-05:00" });
  });
});

describe("a drag", () => {
  test("refused goes back to where it was and says why", async () => {
    answers.push(TAKEN);
    const revert = vi.fn();
    await actions.move({
      item: FIRING,
      starts_at: "2026-11-23T11:00:00-05:00",
      ends_at: "2026-11-23T13:00:00-05:00",
      isCopy: false,
      revert,
    });

    expect(sent[0]!.body).toEqual({ starts_at: "2026-11-23T11:00:00-05:00", ends_at: "2026-11-23T13:00:00-05:00" });
    expect([revert.mock.calls.length, refresh.mock.calls.length]).toEqual([1, 0]);
    expect(toasts()).toEqual(["That time is already booked. Kiln is taken until 14:00."]);
  });
  test("to another column leaves the times alone", async () => {
    answers.push({ id: "b1", status: "confirmed", version: 4 });
    await actions.move({ item: FIRING, resourceIds: ["hall"], isCopy: false, revert: () => expect.unreachable() });
    expect(sent[0]!.body).toEqual({ legs: [{ resource_id: "hall" }] });
  });
  test("with Alt leaves the booking and books another like it there", async () => {
    answers.push({ id: "b2", status: "confirmed", version: 1 });
    const revert = vi.fn();
    await actions.move({
      item: FIRING,
      starts_at: "2026-11-24T10:00:00-05:00",
      ends_at: "2026-11-24T12:00:00-05:00",
      isCopy: true,
      revert,
    });
    expect(revert).toHaveBeenCalledOnce();
    expect(sent[0]).toMatchObject({
      method: "POST",
      body: { title: "Firing", starts_at: "2026-11-24T10:00:00-05:00", legs: [{ resource_id: "kiln" }] },
    });
    expect(toasts()).toEqual(["Booked: Firing."]);
  });
  test("is taken back by a key as well, once", async () => {
    answers.push({ id: "b1", status: "confirmed", version: 4 }, { id: "b1", status: "confirmed", version: 5 });
    await actions.move({ item: FIRING, resourceIds: ["hall"], isCopy: false, revert: () => undefined });
    expect([actions.undo(), actions.undo()]).toEqual([true, false]);
    await settle();
    expect(sent[1]).toMatchObject({ body: { legs: [{ resource_id: "kiln" }] }, version: 4 });
  });
  test("of a booking somebody changed meanwhile shows the day as it is", async () => {
    answers.push(new Problem(412, { title: "Someone changed this booking.", code: "stale" }, ""));
    await actions.move({ item: FIRING, resourceIds: ["hall"], isCopy: false, revert: () => undefined });
    expect([refresh.mock.calls.length, toasts()]).toEqual([1, ["Someone changed this booking."]]);
  });
});

describe("steps", () => {
  test("confirming says so", async () => {
    answers.push({ id: "b1", status: "confirmed", version: 4 });
    await actions.confirm(FIRING);
    expect(sent).toEqual([{ method: "PATCH", url: "/api/bookings/b1", body: { status: "confirmed" }, version: 3 }]);
    expect(toasts()).toEqual(["Confirmed."]);
  });
  test("declining needs a yes and a reason; a no sends nothing", async () => {
    const first = actions.decline(FIRING);
    document.querySelector<HTMLButtonElement>("dialog[open] .dialog-actions button")!.click();
    await first;
    expect(sent).toEqual([]);

    answers.push({ id: "b1", status: "declined", version: 4 });
    const second = actions.decline(FIRING);
    document.querySelector("textarea")!.value = "The kiln is broken.";
    document.querySelector<HTMLDialogElement>("dialog[open]")!.close("yes");
    await second;
    expect(sent[0]!.body).toEqual({ status: "declined", reason: "The kiln is broken." });
  });
});
