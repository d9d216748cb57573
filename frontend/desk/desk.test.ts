/** The desk by keys: decisions wait before they are sent, come back when they are refused, and make room for others'. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createDecisions, SECONDS, type Decision } from "./decisions";
import { merge } from "./fresh";
import { mount } from "./island";
import { deskTexts } from "./texts";

const card = (id: string, more = ""): string => `
  <li id="request-${id}" tabindex="-1" data-request="${id}" data-version="3" ${more}>
    <div class="decision-about"><h2><a href="#${id}">Firing ${id}</a></h2></div>
    ${
      more
        ? ""
        : `<form data-step="confirm"><input type="hidden" name="decision" value="confirm"><button>Confirm</button></form>`
    }
    <details data-step="decline"><summary>Decline…</summary><form>
      <input type="hidden" name="decision" value="decline"><input name="reason" required><button>Decline</button></form></details>
  </li>`;
const list = (...cards: string[]): string =>
  `<ol data-island="desk" data-bookings-url="/api/bookings" data-organisation="oolite" data-count="3">${cards.join("")}</ol>`;
const press = (key: string): boolean =>
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
const focused = (): string => (document.activeElement as HTMLElement).dataset.request ?? "";

let calls: { url: string; body: unknown; version: string | null }[];
let answer: () => Response;

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  answer = () => Response.json({});
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    if (init.method !== "PATCH") return new Response("", { status: 503 });
    const version = new Headers(init.headers).get("If-Match");
    calls.push({ url, body: JSON.parse(String(init.body)), version });
    return answer();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  document.body.innerHTML = "";
});

function open(...cards: string[]): HTMLElement {
  document.body.innerHTML = `<main id="main" tabindex="-1"><p id="waiting"></p>${list(...cards)}</main>`;
  const island = document.querySelector<HTMLElement>("[data-island=desk]")!;
  mount(island, deskTexts());
  return island;
}

describe("the desk", () => {
  it("moves by j and k, approves by a, and sends after the time to undo it", async () => {
    open(card("1"), card("2"), card("3"));
    press("j");
    press("j");
    expect(focused()).toBe("2");

    press("a");
    expect(focused()).toBe("3");
    expect(document.getElementById("waiting")!.textContent).toBe("2 waiting");
    await vi.advanceTimersByTimeAsync(SECONDS * 1000 - 1);
    expect(calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);

    expect(calls).toEqual([{ url: "/api/bookings/2", body: { status: "confirmed" }, version: '"3"' }]);
    expect(document.querySelector("[data-request='2']")).toBeNull();
  });

  it("takes back the latest by u", async () => {
    open(card("1"), card("2"));
    press("j");
    press("a");
    press("u");
    expect(focused()).toBe("1");
    await vi.advanceTimersByTimeAsync(SECONDS * 1000);
    expect(calls).toEqual([]);
  });

  it("opens the reason by d, closes it by Escape, and sends it", async () => {
    const island = open(card("1"));
    press("j");
    press("d");
    const reason = island.querySelector<HTMLInputElement>("input[name=reason]")!;
    expect(document.activeElement).toBe(reason);
    press("a");
    expect(calls).toEqual([]);
    press("Escape");
    expect(focused()).toBe("1");

    press("d");
    reason.value = "The kiln is cold.";
    reason.form!.requestSubmit();
    await vi.advanceTimersByTimeAsync(SECONDS * 1000);
    expect(calls.map(({ body }) => body)).toEqual([{ status: "declined", reason: "The kiln is cold." }]);
  });

  it("brings back what the server refuses, with its sentence", async () => {
    const island = open(card("1"), card("2"));
    answer = () => Response.json({ title: "That time is already booked." }, { status: 409 });
    press("j");
    press("a");
    await vi.advanceTimersByTimeAsync(SECONDS * 1000);
    const back = island.querySelector<HTMLElement>("[data-request='1']")!;
    expect([back.hidden, back.querySelector(".notice.error")?.textContent]).toEqual([
      false,
      "That time is already booked.",
    ]);
  });

  it("says of a taken time what can be done instead of approving", () => {
    open(card("1", "data-taken"));
    press("j");
    press("a");
    expect(document.querySelector(".toast")!.textContent).toContain("The time of Firing 1 is taken by now.");
  });
});

it("sends everything at once when the page is left", () => {
  const sent: string[] = [];
  const decisions = createDecisions(({ id }) => (sent.push(id), new Promise(() => undefined)));
  const decision = (id: string): Decision => ({ id, version: 1, body: { status: "confirmed" } });
  decisions.add(decision("1"));
  decisions.add(decision("2"));
  decisions.flush();
  expect(sent).toEqual(["1", "2"]);
  expect(decisions.undo()).toBeUndefined();
});

it("puts others' changes in, but never under somebody's hands", () => {
  document.body.innerHTML = list(card("1"), card("2"), card("3"));
  const island = document.querySelector<HTMLElement>("[data-island=desk]")!;
  island.querySelector<HTMLDetailsElement>("[data-request='2'] details")!.open = true;
  const now = document.createElement("div");
  now.innerHTML = list(card("1").replace("Firing", "Glaze"), card("4"));

  merge(island, now, (id) => id === "3");

  const shown = [...island.querySelectorAll<HTMLElement>("[data-request]")].map(
    (each) => `${each.dataset.request} ${each.querySelector("h2")!.textContent.split(" ")[0]}`,
  );
  expect(shown).toEqual(["1 Glaze", "4 Firing", "2 Firing", "3 Firing"]);
});
