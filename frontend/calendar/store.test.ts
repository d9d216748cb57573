import { expect, test } from "vitest";

import type { Api } from "../shared/api";
import type { Item } from "./feed";
import { createStore, type Store } from "./store";

interface Waiting {
  url: string;
  answer(items: Item[]): void;
  fail(): void;
}
let waiting: Waiting[] = [];
const api = {
  get: (url: string) =>
    new Promise((answer, reject) => waiting.push({ url, answer, fail: () => reject(new Error("no line")) })),
} as unknown as Api;

function store(): Store & { heard: string[] } {
  waiting = [];
  const heard: string[] = [];
  const made = createStore({
    api,
    url: "/events",
    params: () => ({ source: "staff" }),
    onLoading: (is) => heard.push(is ? "loading" : "rest"),
    onLoaded: () => heard.push("loaded"),
    onFailed: () => heard.push("failed"),
  });
  return { ...made, heard };
}
function item(id: string): Item {
  return { id, resourceIds: [], title: id, start: "", end: "", extendedProps: { kind: "booking" } };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("two who ask the same at once get one answer, and later ones what is known, until it is forgotten", async () => {
  const { load, forget, heard } = store();
  const both = Promise.all([load("a", "b"), load("a", "b")]);
  await settle();
  expect(waiting.map(({ url }) => url)).toEqual(["/events?source=staff&start=a&end=b"]);
  waiting[0]!.answer([item("1")]);
  expect((await both).map(([first]) => first!.id)).toEqual(["1", "1"]);
  await load("a", "b");
  expect(waiting.length).toBe(1);
  forget(true);
  void load("a", "b");
  await settle();
  expect([waiting.length, heard]).toEqual([2, ["loading", "loaded", "rest"]]);
});
test("who goes on quickly is shown where they have come to, not what was late", async () => {
  const { load, items } = store();
  void load("a", "b");
  void load("c", "d");
  await settle();
  waiting[1]!.answer([item("new")]);
  await settle();
  waiting[0]!.answer([item("late")]);
  await settle();
  expect(items().map(({ id }) => id)).toEqual(["new"]);
});
test("what cannot be read is said, and asked again the next time", async () => {
  const { load, heard } = store();
  const first = load("a", "b");
  await settle();
  waiting[0]!.fail();
  expect([await first, heard]).toEqual([[], ["loading", "failed", "rest"]]);
  void load("a", "b");
  await settle();
  expect(waiting.length).toBe(2);
});
