import { describe, expect, test } from "vitest";

import { hoursOn, itemsOn } from "./agenda";
import type { Item, Resource } from "./feed";
import { grouped, itemFits, itemsFor, resourceFits } from "./filters";
import { noFilters } from "./state";

const HALL: Resource = {
  id: "hall",
  kind: "space",
  name: "Hall",
  capacity: 40,
  features: { piano: true, height: 4.5 },
  group: "Ground",
};
const YARD: Resource = { id: "yard", kind: "space", name: "Yard" };
const KILN: Resource = {
  id: "kiln",
  kind: "equipment",
  name: "Kiln",
  capacity: 2,
  features: { piano: false },
  group: "Lab",
};

function item(id: string, more: Partial<Item["extendedProps"]> = {}, rest: Partial<Item> = {}): Item {
  return {
    id,
    resourceIds: ["hall"],
    title: "Ensayo de cámara",
    start: "2026-11-23T15:00:00Z",
    end: "2026-11-23T17:00:00Z",
    extendedProps: { kind: "booking", status: "confirmed", person: "Inés", person_id: "p1", ...more },
    ...rest,
  };
}

describe("a resource", () => {
  test("fits by kind, by how many fit in, and by what it has", () => {
    const fits = (filters: Partial<ReturnType<typeof noFilters>>): string[] =>
      [HALL, YARD, KILN].filter((each) => resourceFits(each, { ...noFilters(), ...filters })).map(({ id }) => id);
    expect(fits({})).toEqual(["hall", "yard", "kiln"]);
    expect(fits({ kind: "equipment" })).toEqual(["kiln"]);
    expect(fits({ people: 3 })).toEqual(["hall"]);
    expect(fits({ features: ["piano"] })).toEqual(["hall"]);
    expect(fits({ features: ["piano=no"] })).toEqual(["yard", "kiln"]);
    expect(fits({ features: ["height>=4"] })).toEqual(["hall"]);
    expect(fits({ features: ["height>=4", "height<=4"] })).toEqual([]);
    expect(fits({ features: ["no such thing"] })).toEqual([]);
  });
  test("stands with its group, in order; those without one come last", () => {
    expect(grouped([YARD, KILN, HALL]).map(([name, members]) => [name, members.map(({ id }) => id)])).toEqual([
      ["Lab", ["kiln"]],
      ["Ground", ["hall"]],
      ["", ["yard"]],
    ]);
  });
});

describe("an item", () => {
  test("fits by state, person and words, whatever their accents", () => {
    expect(itemFits(item("a"), { ...noFilters(), status: ["pending"] })).toBe(false);
    expect(itemFits(item("a"), { ...noFilters(), status: ["pending", "confirmed"] })).toBe(true);
    expect(itemFits(item("a"), { ...noFilters(), person: "p2" })).toBe(false);
    expect(itemFits(item("a"), { ...noFilters(), text: "CAMARA ines" })).toBe(true);
    expect(itemFits(item("a"), { ...noFilters(), text: "camara otto" })).toBe(false);
  });
  test("is drawn of shown resources alone; closed time is not narrowed, and a month leaves closed hours out", () => {
    const closed = item("c", { kind: "closed" }, { display: "background" });
    const closure = item("d", { kind: "closure" }, { display: "background" });
    const elsewhere = item("e", {}, { resourceIds: ["yard"] });
    const drawn = (isMonth: boolean): string[] =>
      itemsFor(
        [item("a"), closed, closure, elsewhere],
        new Set(["hall"]),
        { ...noFilters(), text: "nothing" },
        isMonth,
      ).map(({ id }) => id);
    expect([drawn(false), drawn(true)]).toEqual([["c", "d"], ["d"]]);
  });
});

describe("the agenda", () => {
  const night = item("n", {}, { start: "2026-11-24T03:00:00Z", end: "2026-11-24T07:00:00Z" });
  const zone = "America/New_York";

  test("lists what touches a day in the house's zone, by start, without closed hours", () => {
    const closed = item("c", { kind: "closed" });
    expect(itemsOn([night, item("a"), closed], "2026-11-23", zone).map(({ id }) => id)).toEqual(["a", "n"]);
    expect(itemsOn([night, item("a")], "2026-11-24", zone).map(({ id }) => id)).toEqual(["n"]);
    const untilMidnight = item("m", {}, { end: "2026-11-24T05:00:00Z" });
    expect(itemsOn([untilMidnight], "2026-11-24", zone)).toEqual([]);
  });
  test("says of a night where it began and where it goes on", () => {
    const plain = (text: string): string => text.replace(/\s/g, " ").replace(/ ?– ?/, "–");
    expect(plain(hoursOn(night, "2026-11-23", zone, "en-GB", "All day"))).toBe("22:00–…");
    expect(plain(hoursOn(night, "2026-11-24", zone, "en-GB", "All day"))).toBe("…–02:00");
    const long = item("l", {}, { start: "2026-11-20T15:00:00Z", end: "2026-11-30T15:00:00Z" });
    expect(hoursOn(long, "2026-11-24", zone, "en-GB", "All day")).toBe("All day");
    expect(plain(hoursOn(item("a"), "2026-11-23", zone, "en-GB", "All day"))).toBe("10:00–12:00");
    expect(plain(hoursOn(item("m", {}, { end: "2026-11-24T05:00:00Z" }), "2026-11-23", zone, "en-GB", "All day"))).toBe(
      "10:00–00:00",
    );
  });
});
