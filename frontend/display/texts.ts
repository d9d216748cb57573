/** The sentences of the door display; the page translates them with <script type="application/json" id="display-texts">. */
import { readTexts } from "../shared/texts";

const ENGLISH = {
  lost: "No connection since {time}. What is shown may be out of date.",
  gone: "This display was taken down. Ask staff for another address.",
};

export type DisplayTexts = typeof ENGLISH;

export function displayTexts(): DisplayTexts {
  return readTexts("display-texts", ENGLISH);
}
