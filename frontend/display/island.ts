/** A display by a door: keeps itself up to date for months, and says when it cannot. Nothing on it can be touched. */
import { fill } from "../shared/texts";
import { ahead, clockFace, EVERY, pause, take } from "./board";
import { displayTexts } from "./texts";

const PATIENCE = 15_000;
const texts = displayTexts();
const board = document.getElementById("board") as HTMLElement;
const clock = document.getElementById("display-time") as HTMLTimeElement;
const lost = document.getElementById("display-lost") as HTMLElement;
const zone = clock.dataset.zone ?? "UTC";
const halves = clock.dataset.halves ?? "";
const build = board.dataset.build;
let offset = ahead(board, Date.now());
let heard = Date.now();

function tell(text: string): void {
  lost.hidden = text === "";
  if (lost.textContent !== text) lost.textContent = text;
}

function tick(): void {
  const shown = clockFace(new Date(Date.now() + offset), zone, halves);
  if (clock.textContent !== shown) clock.textContent = shown;
}

async function ask(): Promise<number> {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 404) {
      board.replaceChildren();
      delete board.dataset.changesAt;
      tell(texts.gone);
      return EVERY;
    }
    if (!answer.ok || !take(document, await answer.text())) throw new Error(String(answer.status));
  } catch {
    tell(fill(texts.lost, { time: clockFace(new Date(heard + offset), zone, halves) }));
    return EVERY;
  }
  heard = Date.now();
  offset = ahead(board, heard);
  tell("");
  // The house has a newer version of this script: begin anew with it.
  if (board.dataset.build !== build) location.reload();
  return pause(board, heard + offset);
}

async function keepOn(wait: number): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = await ask();
  }
}

/** Tablets fall asleep unless told not to; where that cannot be said, their settings have to. */
async function stayAwake(): Promise<void> {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // Refused with a low battery, for one: the display works all the same.
  }
}

setInterval(tick, 1_000);
tick();
document.addEventListener("visibilitychange", () => void stayAwake());
void stayAwake();
void keepOn(pause(board, Date.now() + offset));
