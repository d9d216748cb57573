import { describe, expect, test } from "vitest";

import { crowdedIds } from "./crowding";
import type { Item } from "./feed";

const at = (id: string, from: string, until: string, ...resourceIds: string[]): Item => ({
  id,
  resourceIds,
  title: "Firing",
  start: `2026-11-23T${from}:00-05:00`,
  end: `2026-11-23T${until}:00-05:00`,
  extendedProps: { kind: "booking" },
});
const crowded = (...items: Item[]): string[] => [...crowdedIds(items, 2)].sort();

describe("bookings of one room", () => {
  test("have room by themselves, one after the other, and two abreast", () => {
    expect(crowded(at("a", "09:00", "12:00", "room"), at("b", "10:00", "11:00", "room"))).toEqual([]);
    expect(
      crowded(at("a", "09:00", "12:00", "room"), at("b", "10:00", "11:00", "room"), at("c", "11:00", "12:00", "room")),
    ).toEqual([]);
  });

  test("are crowded where three share a moment, and only those that do", () => {
    expect(
      crowded(
        at("a", "09:00", "12:00", "room"),
        at("b", "10:00", "13:00", "room"),
        at("c", "11:00", "14:00", "room"),
        at("d", "13:00", "15:00", "room"),
      ),
    ).toEqual(["a", "b", "c"]);
  });
});

test("each column counts by itself, and hours that are closed do not count", () => {
  const closed: Item = { ...at("d", "09:00", "12:00", "room"), display: "background" };
  expect(
    crowded(
      at("a", "09:00", "12:00", "room"),
      at("b", "09:00", "12:00", "room"),
      at("c", "09:00", "12:00", "hall"),
      closed,
    ),
  ).toEqual([]);
  expect(
    crowded(
      at("a", "09:00", "12:00", "room"),
      at("b", "09:00", "12:00", "room", "hall"),
      at("c", "09:00", "12:00", "room"),
    ),
  ).toEqual(["a", "b", "c"]);
});
