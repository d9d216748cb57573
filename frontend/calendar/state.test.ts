import { describe, expect, test } from "vitest";

import {
  addressOf,
  narrowing,
  noFilters,
  readHidden,
  readSettings,
  readState,
  rememberView,
  writeHidden,
} from "./state";
import { columnsOf, mostResources, spanOf, stepped, titleOf } from "./views";

const SUNDAY = 0;
const MONDAY = 1;

describe("the state", () => {
  const settings = readSettings({ timeZone: "America/New_York", date: "2026-11-23", view: "week", mayEdit: "true" });

  test("is what the address says, else what the page says", () => {
    expect(readState("https://x.test/o/a/admin/calendar", settings)).toEqual({
      view: "week",
      day: "2026-11-23",
      filters: noFilters("space"),
    });
    const address =
      "https://x.test/?view=agenda&date=2026-12-01&kind=equipment&status=hold&status=pending&people=4&q=clay";
    expect(readState(address, settings)).toEqual({
      view: "agenda",
      day: "2026-12-01",
      filters: { ...noFilters("equipment"), status: ["hold", "pending"], people: 4, text: "clay" },
    });
  });
  test("forgets what cannot be", () => {
    const address = "https://x.test/?view=wheel&date=2026-02-31&people=many&free=noon";
    expect(readState(address, settings)).toEqual({ view: "week", day: "2026-11-23", filters: noFilters("space") });
  });
  test("goes into the address beside what is there, and comes back from it", () => {
    const filters = {
      ...noFilters("all"),
      features: ["fan", "heat>=1200"],
      free: "10:00-12:00",
      person: "p1",
      personName: "Ana",
    };
    const address = addressOf(
      { view: "month", day: "2026-12-01", filters },
      "https://x.test/?a=1&date=2026-11-23&q=old",
    );
    expect(address).toBe(
      "https://x.test/?a=1&view=month&date=2026-12-01&kind=all&feature=fan&feature=heat%3E%3D1200&free=10%3A00-12%3A00&person=p1&person_name=Ana",
    );
    expect(readState(address, settings)).toEqual({ view: "month", day: "2026-12-01", filters });
    expect(narrowing(filters)).toBe(3);
  });
  test("columns switched off are remembered for each organisation; nonsense is forgotten", () => {
    writeHidden("marlow", new Set(["s1"]));
    expect([...readHidden("marlow")]).toEqual(["s1"]);
    expect([...readHidden("other")]).toEqual([]);
    localStorage.setItem("calendar-hidden:other", "{broken");
    expect([...readHidden("other")]).toEqual([]);
  });
  test("the view seen last is told to the server", () => {
    rememberView("month");
    expect(document.cookie).toContain("calendar_view=month");
  });
});

describe("a view", () => {
  test("begins its week where the reader's weeks begin, and its month on the first", () => {
    expect(spanOf("day", "2026-11-25", SUNDAY)).toEqual({ from: "2026-11-25", until: "2026-11-26" });
    expect(spanOf("days3", "2026-11-30", SUNDAY)).toEqual({ from: "2026-11-30", until: "2026-12-03" });
    expect(spanOf("week", "2026-11-25", SUNDAY)).toEqual({ from: "2026-11-22", until: "2026-11-29" });
    expect(spanOf("timeline-week", "2026-11-22", MONDAY)).toEqual({ from: "2026-11-16", until: "2026-11-23" });
    expect(spanOf("month", "2026-12-31", MONDAY)).toEqual({ from: "2026-12-01", until: "2027-01-01" });
    expect(spanOf("agenda", "2026-11-25", MONDAY)).toEqual({ from: "2026-11-25", until: "2026-12-02" });
  });
  test("goes on by what it shows; a month keeps the date as far as it has it", () => {
    expect(stepped("day", "2026-11-30", 1)).toBe("2026-12-01");
    expect(stepped("week", "2026-11-25", -1)).toBe("2026-11-18");
    expect(stepped("month", "2027-01-31", 1)).toBe("2027-02-28");
    expect(stepped("timeline-month", "2027-01-15", -1)).toBe("2026-12-15");
  });
  test("says what it shows", () => {
    expect(titleOf("day", "2026-11-25", MONDAY, "en-GB")).toBe("Wednesday, 25 November 2026");
    expect(titleOf("day", "2026-11-25", MONDAY, "es")).toBe("Miércoles, 25 de noviembre de 2026");
    expect(titleOf("week", "2026-11-25", MONDAY, "en-GB").replace(/\s/g, "")).toBe("23–29November2026");
    expect(titleOf("month", "2026-11-25", MONDAY, "es")).toBe("Noviembre de 2026");
  });
  test("of several days takes as many columns as can be read", () => {
    expect([columnsOf("week", 30), columnsOf("day", 30), columnsOf("timeline-week", 30)]).toEqual([210, 30, 0]);
    expect([mostResources("week"), mostResources("days3"), mostResources("day")]).toEqual([6, 14, Infinity]);
  });
});
