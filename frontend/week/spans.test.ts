import { describe, expect, test } from "vitest";

import type { Span } from "./hours";
import { drawn, fits, holding, merged, moved, roomFor, spill, startStep, withEnd, withStart } from "./spans";

const span = (opens: number, closes: number): Span => ({ opens: opens * 60, closes: closes * 60 });

describe("a drag on an empty day", () => {
  test("starts and lengths are whole steps, whichever way it goes", () => {
    expect(drawn(9 * 60 + 4, 11 * 60 + 50, 30)).toEqual(span(9, 12));
    expect(drawn(11 * 60 + 50, 9 * 60 + 4, 30)).toEqual(span(9, 12));
  });
  test("it is at least one slot long and begins within the day", () => {
    expect(drawn(600, 601, 60)).toEqual(span(10, 11));
    expect(drawn(25 * 60, 27 * 60, 30).opens).toBe(23.5 * 60);
    expect(drawn(-50, 120, 30)).toEqual(span(0, 2));
  });
  test("a grid that divides no hour starts at quarters and counts its length from there", () => {
    const { opens, closes } = drawn(9 * 60 + 20, 12 * 60, 45);
    expect([opens, (closes - opens) % 45]).toEqual([9 * 60 + 15, 0]);
    expect([15, 20, 45, 60, 90].map(startStep)).toEqual([15, 20, 15, 60, 30]);
  });
});

describe("a block", () => {
  test("moves with its length, and stays in its day", () => {
    expect(moved(span(9, 12), 10 * 60 + 8, 15)).toEqual(span(10.25, 13.25));
    expect(moved(span(9, 12), -100, 15)).toEqual(span(0, 3));
    expect(moved(span(20, 26), 40 * 60, 15).opens).toBe(23.75 * 60);
  });
  test("is changed at either end by whole slots", () => {
    expect(withEnd(span(9, 12), 26 * 60, 30)).toEqual(span(9, 26));
    expect(withEnd(span(9, 12), 0, 30)).toEqual(span(9, 9.5));
    expect(withEnd(span(9, 12), 90 * 60, 30)).toEqual(span(9, 33));
    expect(withStart(span(9, 12), 8 * 60 + 10, 30)).toEqual(span(8, 12));
    expect(withStart(span(9, 12), 13 * 60, 30)).toEqual(span(11.5, 12));
    expect(withStart(span(9, 12), -60, 30)).toEqual(span(0, 12));
    expect(withStart(span(20, 26), 25 * 60, 30).opens).toBeLessThan(1440);
  });
});

describe("a day", () => {
  test("joins what overlaps and leaves what touches", () => {
    expect(merged([span(14, 18), span(9, 12), span(11, 13)])).toEqual([span(9, 13), span(14, 18)]);
    expect(merged([span(9, 12), span(12, 14)])).toEqual([span(9, 12), span(12, 14)]);
    expect(merged([span(9, 20), span(10, 11)])).toEqual([span(9, 20)]);
    expect(merged([span(1, 20), span(19, 40)])).toEqual([span(1, 25)]);
  });
  test("knows which block a span became", () => {
    expect(holding([span(9, 13), span(14, 18)], span(15, 16))).toBe(1);
    expect(holding([], span(9, 10))).toBe(-1);
  });
  test("takes a step of the keyboard only beside the others", () => {
    const spans = [span(9, 12), span(13, 14)];
    expect(fits(spans, span(10, 13), 0)).toBe(true);
    expect(fits(spans, span(10, 13.5), 0)).toBe(false);
    expect(fits(spans, { opens: -15, closes: 60 }, 0)).toBe(false);
    expect(fits(spans, span(15, 40), -1)).toBe(false);
  });
  test("finds room for hours nobody described", () => {
    expect(roomFor([], 15)).toEqual(span(9, 17));
    expect(roomFor([span(9, 17)], 15)).toEqual(span(17, 19));
    expect(roomFor([span(9, 24)], 15)).toEqual(span(0, 2));
    expect(roomFor([span(0, 24)], 15)).toBeNull();
    expect(roomFor([], 45)).toEqual({ opens: 540, closes: 540 + 495 });
  });
  test("runs into the next", () => {
    expect(spill([span(9, 12), span(18, 26)])).toBe(120);
    expect(spill([])).toBe(0);
  });
});
