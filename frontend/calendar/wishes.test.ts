import { describe, expect, test } from "vitest";

import { createFeatureFields } from "./filter-features";
import { calendarTexts } from "./texts";
import { askedOf, hasField, meets, parseWish, wishInWords, withWish, type Feature } from "./wishes";

const FAN: Feature = { key: "fan", name: "Extraction", type: "flag", unit: "", choices: [] };
const HEAT: Feature = { key: "max_temperature", name: "Highest temperature", type: "number", unit: "°C", choices: [] };
const FLOOR: Feature = { key: "floor", name: "Floor", type: "choice", unit: "", choices: ["Cork", "Oak"] };
const HOUSE = [FAN, HEAT, FLOOR];

describe("a wish", () => {
  test("is read as the server reads it", () => {
    expect(parseWish("fan")).toEqual({ key: "fan", sign: "", value: "" });
    expect(parseWish(" max_temperature >= 1200 ")).toEqual({ key: "max_temperature", sign: ">=", value: "1200" });
    expect([parseWish("floor="), parseWish("a b"), parseWish("")]).toEqual([null, null, null]);
  });
  test("is met as the server judges", () => {
    const met = (value: unknown, text: string): boolean => meets(value, parseWish(text)!);
    const table: [unknown, string, boolean][] = [
      [true, "fan", true],
      [false, "fan", false],
      [undefined, "fan", false],
      [true, "fan=no", false],
      [undefined, "fan=no", true],
      [1200, "heat>=1200", true],
      [1199.5, "heat>=1200", false],
      [undefined, "heat>=0", false],
      [1280, "heat<=1200", false],
      [0, "heat", true],
      [true, "heat>=1", false],
      ["Oak", "floor=oak", true],
      ["Oak", "floor=Cork", false],
      ["Oak", "floor>=1", false],
    ];
    expect(table.map(([value, text]) => [value, text, met(value, text)])).toEqual(table);
  });
  test("takes the place of another of the same key and sign, and goes when nothing is asked", () => {
    const wishes = ["fan", "max_temperature>=1000", "max_temperature<=1300"];
    const hotter = withWish(wishes, { key: "max_temperature", sign: ">=", value: "1200" });
    expect(hotter).toEqual(["fan", "max_temperature<=1300", "max_temperature>=1200"]);
    expect(askedOf(hotter, "max_temperature", ">=")).toBe("1200");
    expect(withWish(wishes, { key: "max_temperature", sign: ">=", value: "" })).toEqual([
      "fan",
      "max_temperature<=1300",
    ]);
  });
  test("without a field of its own is said in words", () => {
    const asked = ["max_temperature>=1200", "floor=Oak", "max_temperature<=1300", "floor=Tile", "fan=no", "gone"];
    expect(asked.filter((text) => !hasField(text, HOUSE)).map((text) => wishInWords(text, HOUSE))).toEqual([
      "Highest temperature ≤ 1300",
      "Floor = Tile",
      "Extraction = no",
      "gone",
    ]);
  });
});

describe("the fields of the filter", () => {
  test("are a box for what is there or not, a least number, a choice; and a box for whatever else is asked", () => {
    let wishes: string[] = [];
    const fields = createFeatureFields(calendarTexts(), (next) => (wishes = next));
    fields.show(["fan", "max_temperature>=1200", "max_temperature<=1300"], HOUSE);
    const boxes = [...fields.element.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
    const heat = fields.element.querySelector<HTMLInputElement>("#calendar-feature-max_temperature")!;
    const floor = fields.element.querySelector<HTMLSelectElement>("#calendar-feature-floor")!;

    expect(boxes.map(({ value, checked }) => [value, checked])).toEqual([
      ["fan", true],
      ["max_temperature<=1300", true],
    ]);
    expect([...fields.element.querySelectorAll(".field label")].map((label) => label.textContent)).toEqual([
      "Highest temperature in °C, at least",
      "Floor",
    ]);
    expect([heat.value, floor.value]).toEqual(["1200", ""]);

    heat.value = "1250";
    heat.dispatchEvent(new Event("change"));
    expect(wishes).toEqual(["fan", "max_temperature<=1300", "max_temperature>=1250"]);
    fields.show(wishes, HOUSE);
    floor.value = "Oak";
    floor.dispatchEvent(new Event("change"));
    expect(wishes).toEqual(["fan", "max_temperature<=1300", "max_temperature>=1250", "floor=Oak"]);
    fields.show([], HOUSE);
    expect([heat.value, floor.value]).toEqual(["", ""]);
    // The same field all along: what is being typed in it stays.
    expect(fields.element.contains(heat)).toBe(true);
  });
});
