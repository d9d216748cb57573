import { describe, expect, test } from "vitest";

import { clockOf, formatHours, parseHours } from "./hours";

describe("hours as people write them", () => {
  test.each([
    ["", []],
    [
      "09:00-13:00, 14:00-22:00",
      [
        [540, 780],
        [840, 1320],
      ],
    ],
    ["9-17", [[540, 1020]]],
    [
      "14-18; 9:30 – 12",
      [
        [570, 720],
        [840, 1080],
      ],
    ],
    ["9am-5:30pm", [[540, 1050]]],
    ["12am-12pm", [[0, 720]]],
    ["18:00-02:00", [[1080, 1560]]],
    ["18:00-26:00", [[1080, 1560]]],
    ["00:00-24:00", [[0, 1440]]],
    ["09:00-09:00", [[540, 1980]]],
  ])("%s", (text, spans) => {
    expect(parseHours(text)).toEqual(spans.map(([opens, closes]) => ({ opens, closes })));
  });
  test.each(["nine to five", "09:00", "25:00-26:00", "09:60-10:00", "13pm-14pm", "9-50", "9-12 and 13-17"])(
    "%s is not hours",
    (text) => expect(parseHours(text)).toBeNull(),
  );
  test("what is written is what was read", () => {
    for (const text of ["09:00-13:00, 14:00-22:00", "18:00-02:00", "00:00-24:00", "22:30-22:30", ""]) {
      expect(formatHours(parseHours(text) ?? [])).toBe(text);
    }
  });
  test("a clock goes on past midnight", () => {
    expect([0, 570, 1440, 1560].map(clockOf)).toEqual(["00:00", "09:30", "24:00", "02:00"]);
  });
});
