/** Decisions that are about to be sent: for ten seconds each can be taken back, because nobody has been told yet. */

/** Mails go out with a decision and cannot be called back; so it is the sending that waits. */
export const SECONDS = 10;

export interface Decision {
  id: string;
  version: number;
  body: { status: "confirmed" | "declined"; reason?: string; decline_rivals?: boolean };
}

export interface Decisions {
  /** Sends it in ten seconds. */
  add(decision: Decision): void;
  /** Takes back the one named, or the latest; undefined when nothing is left that could be. */
  undo(id?: string): Decision | undefined;
  /** Sends everything that waits at once: there is no later any more. */
  flush(): void;
  has(id: string): boolean;
}

/** `send` never rejects: whatever comes of it is its own to tell. */
export function createDecisions(send: (decision: Decision) => Promise<void>): Decisions {
  const waiting = new Map<string, { decision: Decision; timer: ReturnType<typeof setTimeout> }>();
  const underway = new Set<string>();
  // One after the other: of two requests for one time the first decided is the one that gets it.
  let queue = Promise.resolve();

  function take(id: string): Decision | undefined {
    const found = waiting.get(id);
    if (!found) return undefined;
    clearTimeout(found.timer);
    waiting.delete(id);
    return found.decision;
  }

  function go(decision: Decision, after: Promise<void>): Promise<void> {
    underway.add(decision.id);
    return after.then(() => send(decision)).finally(() => underway.delete(decision.id));
  }

  return {
    add(decision) {
      const timer = setTimeout(() => {
        const due = take(decision.id);
        if (due) queue = go(due, queue);
      }, SECONDS * 1000);
      waiting.set(decision.id, { decision, timer });
    },
    undo(id = [...waiting.keys()].at(-1)) {
      return id === undefined ? undefined : take(id);
    },
    flush() {
      // Not one after the other: a page that is left does not live to see the first answer.
      for (const id of [...waiting.keys()]) void send(take(id)!);
    },
    has: (id) => waiting.has(id) || underway.has(id),
  };
}
