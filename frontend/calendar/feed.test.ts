import { describe, expect, test } from "vitest";

import type { Api } from "../shared/api";
import { closuresOf, legsFor, loadItems, loadResources, withParams, type Item } from "./feed";
import { calendarTexts, dayInWords } from "./texts";

/** An API that answers reads from a table and keeps what was asked. */
function reading(answers: Record<string, unknown>): Api & { asked: string[] } {
  const asked: string[] = [];
  const get = <T>(url: string): Promise<T> => {
    asked.push(url);
    return url in answers ? Promise.resolve(answers[url] as T) : Promise.reject(new Error(`unexpected ${url}`));
  };
  const none = (): Promise<never> => Promise.reject(new Error("only reads"));
  return { get, post: none, ask: none, patch: none, remove: none, asked };
}
function item(id: string, status?: string, more: Partial<Item> = {}): Item {
  const times = { start: "2026-11-23T10:00:00-05:00", end: "2026-11-23T12:00:00-05:00" };
  return {
    id,
    resourceIds: ["s1"],
    title: id,
    ...times,
    extendedProps: { kind: "booking", ...(status ? { status } : {}) },
    ...more,
  };
}

test("resources come page by page, in order", async () => {
  const [first, second] = [
    { id: "s1", kind: "space", name: "Hall" },
    { id: "e1", kind: "equipment", name: "Kiln" },
  ];
  const api = reading({
    "/api/resources": { items: [first], next: "a b" },
    "/api/resources?cursor=a+b": { items: [second], next: null },
  });

  expect(await loadResources(api, "/api/resources")).toEqual([first, second]);
});

test("a day leaves out what has ended, keeps closed hours, and asks with offsets", async () => {
  const closed = item("c", undefined, { display: "background" });
  const url = "/api/calendar/events?start=2026-11-23T00%3A00%3A00-05%3A00&end=2026-11-24T00%3A00%3A00-05%3A00";
  const api = reading({
    [url]: [item("a", "confirmed"), item("b", "cancelled"), item("d", "declined"), item("e", "expired"), closed],
  });

  const items = await loadItems(api, "/api/calendar/events", "2026-11-23T00:00:00-05:00", "2026-11-24T00:00:00-05:00");
  expect(items.map(({ id }) => id)).toEqual(["a", "c"]);
});

test("a day says in words what is booked and what is closed, each closure once", () => {
  const shut = (id: string, title: string, resourceIds: string[], kind = "closure"): Item =>
    item(id, undefined, { title, resourceIds, display: "background", extendedProps: { kind } });
  const day = [
    shut("1", "Art Week", ["s1"]),
    shut("2", "Art Week", ["s2"]),
    shut("3", "Repair", ["s3"]),
    shut("4", "Closed", ["s1"], "closed"),
    item("a", "confirmed"),
  ];
  const texts = calendarTexts();

  expect(closuresOf(day, new Set(["s1", "s2"]))).toEqual(["Art Week"]);
  expect(dayInWords(1, closuresOf(day, new Set(["s1", "s3"])), texts)).toBe("1 booking. Closed: Art Week, Repair.");
  expect(dayInWords(0, ["Repair"], texts)).toBe("No bookings. Closed: Repair.");
  expect(dayInWords(2, [], texts)).toBe("2 bookings");
});

test("parameters join those an address has", () => {
  expect(withParams("/api/people?limit=5", { q: "Inés & co" })).toBe("/api/people?limit=5&q=In%C3%A9s+%26+co");
});

describe("legs after a change of columns", () => {
  const base = item("a", "confirmed", { resourceIds: ["hall", "chairs"] });
  const counted: Item = {
    ...base,
    extendedProps: {
      ...base.extendedProps,
      legs: [
        { resource_id: "hall", units: 1 },
        { resource_id: "chairs", units: 40 },
      ],
    },
  };

  test("units stay with their resource and move with it", () => {
    expect(legsFor(counted, ["yard", "chairs"])).toEqual([
      { resource_id: "yard", units: 1 },
      { resource_id: "chairs", units: 40 },
    ]);
    expect(legsFor(counted, ["hall", "benches"])).toEqual([
      { resource_id: "hall", units: 1 },
      { resource_id: "benches", units: 40 },
    ]);
  });
  test("being alone does not go along", () => {
    const legs = [{ resource_id: "hall", units: 1, exclusive: true }];
    const alone: Item = { ...base, extendedProps: { ...base.extendedProps, legs } };
    expect(legsFor(alone, ["yard"])).toEqual([{ resource_id: "yard", units: 1 }]);
    expect(legsFor(alone, ["hall"])).toEqual(legs);
  });
  test("units nobody told us are not made up", () => {
    expect(legsFor(base, ["yard", "chairs"])).toEqual([{ resource_id: "yard" }, { resource_id: "chairs" }]);
  });
});
