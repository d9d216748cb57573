/** The week behind the drawing: seven inputs of the form, read and written. They are the truth; this keeps nothing. */
import { formatHours, parseHours, type Span } from "./hours";

export interface Day {
  readonly name: string;
  /** As narrow columns show it. */
  readonly short: string;
  readonly input: HTMLInputElement;
}

/** The inputs of an island, Monday first, each named by its label. */
export function daysOf(island: HTMLElement): Day[] {
  return [...island.querySelectorAll<HTMLInputElement>(".week-inputs input")].map((input) => {
    const name = [...(input.labels?.[0]?.childNodes ?? [])]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent)
      .join("")
      .trim();
    return { name, short: name.slice(0, 3), input };
  });
}

/** The spans of a day; null when what is written cannot be read. */
export function read({ input }: Day): Span[] | null {
  return parseHours(input.value);
}

/** Write a day's spans into its input, as if somebody had typed them. */
export function write({ input }: Day, spans: readonly Span[]): void {
  input.value = formatHours(spans);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
