import { beforeEach, describe, expect, test } from "vitest";

import { createChooser } from "./chooser";
import type { Resource } from "./feed";
import { calendarTexts } from "./texts";

const room = (id: string, group = ""): Resource => ({ id, kind: "space", name: id, group });
const HOUSE = [room("kiln", "Lab"), room("press", "Lab"), room("hall")];

describe("the boxes of what is shown", () => {
  let hidden: Set<string>;
  const chooser = createChooser(calendarTexts(), (next) => {
    hidden = next;
    chooser.show(HOUSE, hidden);
  });
  const boxes = (): HTMLInputElement[] => [...chooser.element.querySelectorAll("input")];
  const states = (): string[] => boxes().map((box) => (box.indeterminate ? "some" : box.checked ? "on" : "off"));
  const tick = (at: number): void => boxes()[at]!.click();
  beforeEach(() => {
    document.body.replaceChildren(chooser.element);
    hidden = new Set();
    chooser.show(HOUSE, hidden);
  });

  test("switch a whole group, whose box is neither while only some of it are shown", () => {
    expect(states()).toEqual(["on", "on", "on", "on"]);
    tick(1);
    expect([states(), [...hidden]]).toEqual([["some", "off", "on", "on"], ["kiln"]]);
    tick(0);
    expect([states(), [...hidden]]).toEqual([["on", "on", "on", "on"], []]);
    tick(0);
    expect([states(), [...hidden]]).toEqual([
      ["off", "off", "off", "on"],
      ["kiln", "press"],
    ]);
  });
  test("stay the same boxes, stand in groups with a name, and say what became of one", () => {
    const first = boxes()[0];
    tick(0);
    expect(boxes()[0]).toBe(first);
    expect(chooser.element.querySelector<HTMLElement>(".choices .choices")?.ariaLabel).toBe("Lab");
    expect(chooser.element.querySelector(".visually-hidden")?.textContent).toBe("Lab: 0 of 2");
    expect(chooser.element.querySelector("summary")?.textContent).toBe("Shown: 1 of 3");
    chooser.show([room("hall")], new Set());
    expect(states()).toEqual(["on"]);
  });
});
