/** The way back from what was just done: for ten seconds, by a button beside the words or by a key. */
import { showToast } from "../shared/toast";
import type { Texts } from "./texts";

export interface Undo {
  /** Says what was done, and offers `run` to take it back; the latest offer is the one a key takes. */
  offer(text: string, run: () => Promise<unknown>): void;
  /** Takes the latest thing back; false when there is none, or it is too long ago. */
  take(): boolean;
}

export interface UndoOptions {
  texts: Texts;
  /** Shows why something could not be taken back. */
  complain(error: unknown): void;
  refresh(): void;
}

export const UNDO_SECONDS = 10;

export function createUndo({ texts, complain, refresh }: UndoOptions, now = (): number => Date.now()): Undo {
  let latest: { run: () => void; until: number } | null = null;

  return {
    offer(text, undo) {
      const run = (): void => {
        latest = null;
        close();
        void undo()
          .then(() => showToast({ text: texts.undone, closeLabel: texts.close }), complain)
          .finally(refresh);
      };
      latest = { run, until: now() + UNDO_SECONDS * 1000 };
      const action = { label: texts.undo, run };
      const close = showToast({ text, closeLabel: texts.close, action, seconds: UNDO_SECONDS });
    },
    take() {
      if (!latest || now() > latest.until) return false;
      latest.run();
      return true;
    },
  };
}
