/** What a resource should have, in the words of the API's `feature=`: projector, floor=2, max_temperature>=1200. Pure. */

/** A word of the house for what its resources have, as the API says it. */
export interface Feature {
  key: string;
  name: string;
  type: "flag" | "number" | "choice" | "text";
  /** Of a number: °C, m². */
  unit: string;
  /** Of a choice: what there is to choose from. */
  choices: string[];
}

export interface Wish {
  key: string;
  /** Empty: it is enough to have it. */
  sign: "" | "=" | ">=" | "<=";
  value: string;
}

const SHAPE = /^\s*([-\w]{1,40})\s*(?:(>=|<=|=)\s*(.*?)\s*)?$/s;
const YES = ["yes", "true", "1"];
const NO = ["no", "false", "0"];

/** A wish from its text; null for what is none. */
export function parseWish(text: string): Wish | null {
  const [, key, sign = "", value = ""] = SHAPE.exec(text) ?? [];
  if (!key || (sign && !value)) return null;
  return { key, sign: sign as Wish["sign"], value };
}

/** Whether what a resource says of a feature meets the wish, as the server judges it too. */
export function meets(value: unknown, { sign, value: asked }: Wish): boolean {
  const wanted = asked.toLowerCase();
  const isSaid = value !== undefined && value !== null && value !== "";
  if (typeof value === "boolean" || (!isSaid && sign === "=" && NO.includes(wanted)))
    return (sign === "" || sign === "=") && Boolean(value) === !NO.includes(wanted);
  if (!isSaid) return false;
  if (!sign) return true;
  const number = numberOf(asked);
  if (typeof value === "number" && number !== null)
    return sign === "=" ? value === number : sign === ">=" ? value >= number : value <= number;
  return sign === "=" && String(value).toLowerCase() === wanted;
}

/** The wishes with another value for one key and sign; without one when the value is empty. */
export function withWish(wishes: string[], { key, sign, value }: Wish): string[] {
  const others = wishes.filter((text) => {
    const wish = parseWish(text);
    return wish?.key !== key || wish.sign !== sign;
  });
  return value ? [...others, `${key}${sign}${value}`] : others;
}

/** What is asked of one feature by that sign; empty for nothing. */
export function askedOf(wishes: string[], key: string, sign: Wish["sign"]): string {
  const wish = wishes.map(parseWish).find((each) => each?.key === key && each.sign === sign);
  return wish?.value ?? "";
}

/** Has the wish a field of its own: a number at least so large, one of several? Others are a box to untick. */
export function hasField(text: string, features: Feature[]): boolean {
  const wish = parseWish(text);
  const feature = features.find(({ key }) => key === wish?.key);
  if (!wish || !feature) return false;
  if (feature.type === "number") return wish.sign === ">=" && numberOf(wish.value) !== null;
  return feature.type === "choice" && wish.sign === "=" && feature.choices.includes(wish.value);
}

/** The wish in words: of a feature its name, and what is asked of it as it stands in the address. */
export function wishInWords(text: string, features: Feature[]): string {
  const wish = parseWish(text);
  const name = features.find(({ key }) => key === wish?.key)?.name;
  if (!wish || !name) return text;
  const sign = { "": "", "=": "=", ">=": "≥", "<=": "≤" }[wish.sign];
  if (wish.sign === "=" && YES.includes(wish.value.toLowerCase())) return name;
  return sign ? `${name} ${sign} ${wish.value}` : name;
}

function numberOf(text: string): number | null {
  const number = Number(text);
  return text.trim() && Number.isFinite(number) ? number : null;
}
