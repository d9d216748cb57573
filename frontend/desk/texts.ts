/** Every word of the request desk. The page translates them in <script type="application/json" id="desk-texts">. */
import { readTexts } from "../shared/texts";

const ENGLISH = {
  confirming: "Confirmed: {title}.",
  declining: "Declined: {title}.",
  undo: "Undo",
  undone: "Undone: {title} waits again.",
  nothing_to_undo: "There is nothing left to undo.",
  taken: "The time of {title} is taken by now. Change it to another time, or decline it.",
  kept: "{title} was not decided.",
  waiting: "{count} waiting",
  close: "Close",
  unreachable: "The server cannot be reached. Check the connection and try again.",
  failed: "The server answered with an error. Try again in a moment.",
};

export type DeskTexts = typeof ENGLISH;

export function deskTexts(): DeskTexts {
  return readTexts("desk-texts", ENGLISH);
}
