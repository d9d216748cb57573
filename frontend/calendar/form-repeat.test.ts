import { expect, test } from "vitest";

import { lacksEnd, ruleOf, type Repeat } from "./form-repeat";

const WEEKLY: Repeat = { step: "week", interval: 1, weekdays: [], monthly: "date", until: "", times: 4 };

test.each<[Partial<Repeat>, string, string]>([
  [{ step: "" }, "2026-12-01", ""],
  [{}, "2026-12-01", "FREQ=WEEKLY;COUNT=4"],
  [
    { interval: 2, weekdays: [3, 1], until: "2027-02-01", times: 0 },
    "2026-12-01",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20270201",
  ],
  [{ step: "day", interval: 3 }, "2026-12-01", "FREQ=DAILY;INTERVAL=3;COUNT=4"],
  [{ step: "month" }, "2026-12-08", "FREQ=MONTHLY;COUNT=4"],
  [{ step: "month", monthly: "place" }, "2026-12-08", "FREQ=MONTHLY;BYDAY=2TU;COUNT=4"],
  [{ step: "month", monthly: "place" }, "2026-12-29", "FREQ=MONTHLY;BYDAY=-1TU;COUNT=4"],
  [{ step: "month", monthly: "last" }, "2026-12-08", "FREQ=MONTHLY;BYDAY=-1TU;COUNT=4"],
])("%j from %s is %s", (part, day, rule) => {
  expect(ruleOf({ ...WEEKLY, ...part }, day)).toBe(rule);
});

test("what repeats says until when, or how many times, and not both", () => {
  expect(lacksEnd(WEEKLY)).toBe(false);
  expect(lacksEnd({ ...WEEKLY, times: 0 })).toBe(true);
  expect(lacksEnd({ ...WEEKLY, until: "2027-01-01" })).toBe(true);
  expect(lacksEnd({ ...WEEKLY, step: "", times: 0 })).toBe(false);
});
