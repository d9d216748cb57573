import { describe, expect, test } from "vitest";

import {
  addDays,
  clocksDiffer,
  formatDaySpan,
  formatSpan,
  instant,
  instantOf,
  isDay,
  ownZone,
  today,
  wallTime,
  zoneName,
} from "./dates";

const NEW_YORK = "America/New_York";

test("these tests run far from the organisation", () => {
  expect(ownZone()).toBe("Pacific/Chatham");
});

describe("instants", () => {
  test.each(["2026-11-23T10:00:00-05:00", "2026-11-23T15:00:00Z", "2026-11-23T15:00:00.000+00:00"])(
    "%s is one",
    (text) => {
      expect(instant(text).toISOString()).toBe("2026-11-23T15:00:00.000Z");
    },
  );
  test.each(["2026-11-23T10:00:00", "2026-11-23", "10:00", "", "2026-13-99T10:00:00Z"])("%j is none", (text) => {
    expect(() => instant(text)).toThrow(RangeError);
  });
});

describe("wall time and instants", () => {
  test.each([
    ["winter", "2026-11-23", "10:00", "2026-11-23T10:00:00-05:00"],
    ["summer", "2026-07-01", "10:00", "2026-07-01T10:00:00-04:00"],
    ["a skipped time moves on by the gap", "2026-03-08", "02:30", "2026-03-08T03:30:00-04:00"],
    ["a repeated time is the first of the two", "2026-11-01", "01:30", "2026-11-01T01:30:00-04:00"],
    ["after the repeated hour", "2026-11-01", "02:00", "2026-11-01T02:00:00-05:00"],
  ])("%s", (_, day, clock, expected) => {
    expect(instantOf({ day, clock }, NEW_YORK)).toBe(expected);
  });
  test("half-hour zones keep their half hour", () => {
    expect(instantOf({ day: "2026-11-23", clock: "10:00" }, "Asia/Kolkata")).toBe("2026-11-23T10:00:00+05:30");
  });
  test("midnight reads as 00:00 of the new day", () => {
    expect(wallTime(instant("2026-11-24T00:00:00-05:00"), NEW_YORK)).toEqual({ day: "2026-11-24", clock: "00:00" });
  });
  test.each([
    ["2026-02-30", "10:00"],
    ["2026-11-23", "25:00"],
    ["23.11.2026", "10:00"],
    ["2026-11-23", ""],
  ])("%s %s is refused", (day, clock) => {
    expect(() => instantOf({ day, clock }, NEW_YORK)).toThrow(RangeError);
  });
  test("there and back again, every hour of a day with 25", () => {
    const start = instant("2026-11-01T00:00:00-04:00").valueOf();
    const hours = Array.from({ length: 25 }, (_, hour) => wallTime(new Date(start + hour * 3_600_000), NEW_YORK));
    expect(hours.map(({ clock }) => clock).slice(0, 4)).toEqual(["00:00", "01:00", "01:00", "02:00"]);
    expect(hours.at(-1)).toEqual({ day: "2026-11-01", clock: "23:00" });
  });
});

describe("days", () => {
  test.each([
    ["2026-11-01", 1, "2026-11-02"],
    ["2026-03-01", -1, "2026-02-28"],
    ["2026-12-31", 1, "2027-01-01"],
    ["2028-02-28", 1, "2028-02-29"],
  ])("%s %+i is %s", (day, count, expected) => expect(addDays(day, count)).toBe(expected));
  test.each([
    ["2026-11-23", true],
    ["2026-02-30", false],
    ["2026-1-3", false],
    ["", false],
    [null, false],
    ["9999-99-99", false],
  ])("%j is a day: %j", (text, expected) => expect(isDay(text)).toBe(expected));
  test("today is the organisation's, not the browser's", () => {
    expect(today(NEW_YORK, instant("2026-11-24T03:00:00Z"))).toBe("2026-11-23");
  });
});

describe("words", () => {
  const [from, until] = [instant("2026-11-23T15:00:00Z"), instant("2026-11-23T17:00:00Z")];
  /** Without the kinds of space that differ between versions of the locale data. */
  const plain = (text: string): string => text.replace(/\s*–\s*/g, "–").replace(/\s/g, " ");

  test("spans in the organisation's zone and the page's language", () => {
    expect(plain(formatSpan(from, until, NEW_YORK, "en"))).toBe("10:00 AM–12:00 PM");
    expect(plain(formatSpan(from, until, NEW_YORK, "es"))).toBe("10:00–12:00");
    expect(plain(formatDaySpan(from, until, NEW_YORK, "en-GB"))).toContain("23 Nov");
  });
  test("zones by the name people use", () => {
    expect(zoneName(NEW_YORK, "en", from)).toBe("Eastern Time");
    expect(clocksDiffer(NEW_YORK, "America/Toronto", from)).toBe(false);
    expect(clocksDiffer(NEW_YORK, "Europe/Madrid", from)).toBe(true);
  });
});
