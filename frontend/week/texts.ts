/** Every word of the week editor. The page translates them in <script type="application/json" id="week-texts">. */
import { readTexts } from "../shared/texts";

const ENGLISH = {
  draw: "Draw the hours",
  help: "Drag on a day to add hours, drag a block to move it, its edges to change it. With the keyboard: Enter on a day adds, arrow keys move a block, Shift and an arrow key change its end, Delete removes it.",
  copy: "Copy",
  copy_label: "Copy {day} to all weekdays",
  copy_help: "Copy puts the hours of a day on Monday to Friday.",
  add_label: "{day}, add hours",
  day_label: "{day}: {hours}",
  block_label: "{day}, {opens} to {closes}",
  next_day: "{clock} the next day",
  closed: "closed",
  unreadable: "cannot be read",
  next_day_rule: "next day",
  added: "Added: {hours}.",
  changed: "{hours}.",
  removed: "Removed. {day} is {hours} now.",
  merged: "Joined: {hours}.",
  copied: "{day} is on all weekdays now.",
  no_room: "There is no room left on {day}.",
  at_the_edge: "It goes no further.",
};

export type Texts = typeof ENGLISH;

export function weekTexts(): Texts {
  return readTexts("week-texts", ENGLISH);
}
