import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Api } from "../shared/api";
import { EVERY_MS, followChanges, type Changes } from "./live";
import { paintable, whyNot, type FreeOf } from "./marks";

const NOTHING: Changes = { cursor: "c1", bookings: [], closures: false, resources: false, people: false, more: false };
let answers: (Changes | Error)[];
let asked: string[];
/** What earlier tests follow still listens to the page; each has an address of its own. */
let address = "";
let count = 0;
const api = {
  get: (url: string) => {
    if (url.startsWith(address)) asked.push(url.replace(address, "/c"));
    const next = answers.shift() ?? NOTHING;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  },
} as unknown as Api;

beforeEach(() => {
  [answers, asked] = [[], []];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

function follow(isBusy: () => boolean = () => false): { told: boolean[]; reached: boolean[] } {
  const [told, reached]: boolean[][] = [[], []];
  address = `/changes-${++count}`;
  followChanges({
    api,
    url: address,
    cursor: "c0",
    isBusy,
    onChange: ({ areResourcesNew }) => told!.push(areResourcesNew),
    onReach: (is) => reached!.push(is),
  });
  return { told: told!, reached: reached! };
}
const pass = (times = 1): Promise<unknown> => vi.advanceTimersByTimeAsync(EVERY_MS * times);

test("what is new is told from where the page began, and then by the cursor of each answer", async () => {
  answers.push(NOTHING, { ...NOTHING, cursor: "c2", bookings: ["b1"] });
  const { told } = follow();
  expect(asked).toEqual([]);
  await pass();
  expect(told).toEqual([]);
  await pass(2);
  expect(asked).toEqual(["/c?after=c0", "/c?after=c1", "/c?after=c2"]);
  expect(told).toEqual([false]);
});
test("what is new waits while something is in hand, and is told once", async () => {
  answers.push(NOTHING, { ...NOTHING, resources: true }, { ...NOTHING, bookings: ["b1"] });
  let isBusy = true;
  const { told } = follow(() => isBusy);
  await pass(4);
  expect(told).toEqual([]);
  isBusy = false;
  await pass();
  expect(told).toEqual([true]);
});
test("a page nobody sees asks nothing, and looks at once when it is seen again", async () => {
  follow();
  await pass();
  const visible = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  await pass(4);
  const before = asked.length;
  visible.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect([before, asked.length]).toEqual([1, 2]);
  visible.mockRestore();
});
test("a server that does not answer is asked less and less, and it is said that changes may be missing", async () => {
  answers.push(NOTHING, new Error("1"), new Error("2"), new Error("3"));
  const { reached } = follow();
  await pass(1 + 1 + 2 + 4);
  expect(reached).toEqual([false]);
  await pass(8);
  expect(reached).toEqual([false, true]);
});

const FREE: FreeOf[] = [
  {
    resource_id: "kiln",
    refused: [
      {
        start: "2026-11-23T00:00:00Z",
        end: "2026-11-23T09:00:00Z",
        reasons: [{ code: "closed", detail: "Closed until 9." }],
      },
      {
        start: "2026-11-23T10:00:00Z",
        end: "2026-11-23T12:00:00Z",
        reasons: [{ code: "slot_taken", detail: "Taken." }],
      },
    ],
  },
];
test("of what is not free only that is painted which the ground does not show already", () => {
  expect(paintable(FREE)).toEqual([{ resourceId: "kiln", start: "2026-11-23T10:00:00Z", end: "2026-11-23T12:00:00Z" }]);
});
test("a stretch is refused with every reason it touches; back to back is fine", () => {
  const why = (from: string, until: string): string[] =>
    whyNot(FREE, "kiln", new Date(`2026-11-23T${from}Z`), new Date(`2026-11-23T${until}Z`));
  expect(why("08:00", "10:30")).toEqual(["Closed until 9.", "Taken."]);
  expect(why("09:00", "10:00")).toEqual([]);
  expect(whyNot(FREE, "hall", new Date(0), new Date())).toEqual([]);
});
