import { describe, expect, test } from "vitest";

import type { Api } from "../shared/api";
import { loadViews, queryOf, stateOf, viewOf } from "./saved";
import { noFilters, readSettings, type State } from "./state";

const settings = readSettings({ timeZone: "America/New_York", date: "2026-11-27", view: "day", mayEdit: "true" });
const state: State = {
  view: "timeline-week",
  day: "2026-11-27",
  filters: {
    ...noFilters("equipment"),
    status: ["hold", "pending"],
    features: ["sink"],
    people: 4,
    text: "salt & clay",
  },
};

describe("a saved view", () => {
  test("keeps how one looks and what narrows it, but not the day", () => {
    const query = queryOf(state);

    expect(query).toBe(
      "view=timeline-week&kind=equipment&feature=sink&people=4&status=hold&status=pending&q=salt+%26+clay",
    );
    expect(stateOf({ query }, settings, "2027-01-09")).toEqual({ ...state, day: "2027-01-09" });
  });
  test("does not bring back a day that its query names, nor what is known no more", () => {
    const kept = stateOf({ query: "date=2020-02-02&view=wheel&colour=red&q=clay" }, settings, "2026-11-27");

    expect(kept).toEqual({ view: "day", day: "2026-11-27", filters: { ...noFilters("space"), text: "clay" } });
  });
  test("is the one that asks for what is shown, in whatever order its query says so", () => {
    const views = [
      { name: "Clay", query: "q=clay" },
      {
        name: "Holds",
        query: "q=salt%20%26%20clay&status=hold&status=pending&people=4&feature=sink&kind=equipment&view=timeline-week",
      },
    ];

    expect(viewOf(views, state, settings)?.name).toBe("Holds");
    expect(viewOf(views, { ...state, day: "2027-01-09" }, settings)?.name).toBe("Holds");
    expect(viewOf(views, { ...state, view: "agenda" }, settings)).toBeUndefined();
  });
});

test("the views of the calendar are read to their last page", async () => {
  const asked: string[] = [];
  const api = {
    get: (url: string) => {
      asked.push(url);
      return Promise.resolve(
        asked.length === 1 ? { items: [{ name: "Clay" }], next: "c2" } : { items: [{ name: "Holds" }], next: null },
      );
    },
  } as unknown as Api;

  expect((await loadViews(api, "/api/views")).map(({ name }) => name)).toEqual(["Clay", "Holds"]);
  expect(asked).toEqual(["/api/views?page=calendar", "/api/views?page=calendar&cursor=c2"]);
});
