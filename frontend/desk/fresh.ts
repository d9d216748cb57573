/** Keeps the desk as it is by now: what colleagues decide goes, what is asked meanwhile comes. */

/** Between two looks while the page is in sight. */
const SECONDS = 30;

export interface Fresh {
  refresh(): Promise<void>;
}

/** `isLeaving` tells of requests that were decided here and are on their way: they are left alone. */
export function keepFresh(island: HTMLElement, isLeaving: (id: string) => boolean, changed: () => void): Fresh {
  let asking: AbortController | undefined;

  async function refresh(): Promise<void> {
    asking?.abort();
    const { signal } = (asking = new AbortController());
    let page: Document;
    try {
      const answer = await fetch(location.href, { signal, headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      // The next look will tell; whoever decides meanwhile hears from the server itself.
      return;
    }
    const now = page.querySelector<HTMLElement>("[data-island=desk]");
    if (!now) {
      // Nothing waits any more: the page itself says that best.
      if (!island.querySelector("[data-request][hidden]") && !isBusy(island)) location.reload();
      return;
    }
    island.dataset.count = now.dataset.count;
    merge(island, now, isLeaving);
    changed();
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void refresh();
  });
  setInterval(() => {
    if (!document.hidden) void refresh();
  }, SECONDS * 1000);
  return { refresh };
}

/** Puts the newer list in the place of the older, but for what is being typed in and what is on its way. */
export function merge(island: HTMLElement, now: HTMLElement, isLeaving: (id: string) => boolean): void {
  const shown = new Map([...island.querySelectorAll<HTMLElement>("[data-request]")].map((card) => [card.id, card]));
  let last: HTMLElement | null = null;
  for (const fresh of now.querySelectorAll<HTMLElement>("[data-request]")) {
    let card = shown.get(fresh.id);
    shown.delete(fresh.id);
    if (!card || !(isBusy(card) || isLeaving(card.dataset.request ?? ""))) {
      const hadFocus = card !== undefined && card === document.activeElement;
      const newer = document.importNode(fresh, true);
      // What the server said against it holds as long as nothing has changed.
      const said = card?.dataset.version === newer.dataset.version && card?.querySelector(".notice.error");
      if (said) newer.querySelector(".decision-about")?.append(said);
      if (card) card.replaceWith(newer);
      else if (last) last.after(newer);
      else island.prepend(newer);
      if (hadFocus) newer.focus();
      card = newer;
    }
    last = card;
  }
  for (const card of shown.values()) if (!isBusy(card) && !isLeaving(card.dataset.request ?? "")) card.remove();
}

/** Somebody types, or is about to decide. */
function isBusy(place: HTMLElement): boolean {
  return place.querySelector("details[open], form :focus, a:focus, summary:focus") !== null;
}
