/** The request desk by keys: `<ol data-island="desk" …>`. The forms on the page stay what is filled in and sent. */
import { createApi, sentence } from "../shared/api";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { showToast } from "../shared/toast";
import { createDecisions, SECONDS, type Decision } from "./decisions";
import { keepFresh } from "./fresh";
import { deskTexts, type DeskTexts } from "./texts";

export function mount(island: HTMLElement, texts: DeskTexts): void {
  const api = createApi(island.dataset.organisation ?? "", texts);
  const decisions = createDecisions(send);
  const closers = new Map<string, () => void>();
  /** Sent and refused: they come back as the server has them. */
  const refused = new Set<string>();
  const fresh = keepFresh(island, (id) => decisions.has(id) && !refused.has(id), showCount);

  const cards = (): HTMLElement[] => [...island.querySelectorAll<HTMLElement>("[data-request]:not([hidden])")];
  const cardOf = (target: EventTarget | null): HTMLElement | null =>
    target instanceof Element ? target.closest<HTMLElement>("[data-request]") : null;
  const titleOf = (card: HTMLElement): string => card.querySelector("h2")?.textContent.trim() ?? "";
  const find = (id: string): HTMLElement | null => island.querySelector(`[data-request="${id}"]`);

  function decide(form: HTMLFormElement, card: HTMLElement): void {
    const sent = new FormData(form);
    const reason = String(sent.get("reason") ?? "").trim();
    const status = sent.get("decision") === "confirm" ? "confirmed" : "declined";
    const body: Decision["body"] = { status };
    if (reason) body.reason = reason;
    if (sent.has("decline_rivals")) body.decline_rivals = true;
    const id = card.dataset.request ?? "";
    const next = neighbour(card, 1) ?? neighbour(card, -1);
    card.querySelector(":scope .notice.error")?.remove();
    card.hidden = true;
    decisions.add({ id, version: Number(card.dataset.version), body });
    const said = status === "confirmed" ? texts.confirming : texts.declining;
    const close = showToast({
      text: fill(said, { title: titleOf(card) }),
      tone: "success",
      action: { label: texts.undo, run: () => undo(id) },
      seconds: SECONDS,
      closeLabel: texts.close,
    });
    closers.set(id, close);
    showCount();
    focus(next ?? null);
  }

  async function send({ id, version, body }: Decision): Promise<void> {
    closers.get(id)?.();
    closers.delete(id);
    let why = "";
    try {
      await api.patch(`${island.dataset.bookingsUrl}/${id}`, body, version);
      find(id)?.remove();
    } catch (error) {
      why = sentence(error);
      refused.add(id);
    }
    await fresh.refresh();
    if (why) bringBack(id, why);
    refused.delete(id);
    showCount();
  }

  function bringBack(id: string, why = ""): void {
    const card = find(id);
    if (!card) return;
    card.hidden = false;
    if (why) {
      const notice = element("div", { className: "notice error" }, element("strong", { textContent: why }));
      card.querySelector(".decision-about")?.append(notice);
      const text = `${fill(texts.kept, { title: titleOf(card) })} ${why}`;
      showToast({ text, tone: "error", closeLabel: texts.close });
    }
  }

  function undo(id?: string): void {
    const decision = decisions.undo(id);
    if (!decision) {
      showToast({ text: texts.nothing_to_undo, closeLabel: texts.close });
      return;
    }
    closers.get(decision.id)?.();
    closers.delete(decision.id);
    bringBack(decision.id);
    showCount();
    const card = find(decision.id);
    if (!card) return;
    focus(card);
    showToast({ text: fill(texts.undone, { title: titleOf(card) }), closeLabel: texts.close });
  }

  function take(card: HTMLElement, step: "confirm" | "decline"): void {
    const found = card.querySelector<HTMLElement>(`[data-step=${step}]`);
    if (found instanceof HTMLFormElement) found.requestSubmit();
    else if (found instanceof HTMLDetailsElement) {
      found.open = true;
      found.querySelector<HTMLElement>("input:not([type=hidden])")?.focus();
    } else showToast({ text: fill(texts.taken, { title: titleOf(card) }), tone: "error", closeLabel: texts.close });
  }

  function neighbour(card: HTMLElement, by: number): HTMLElement | undefined {
    const all = cards();
    return all[all.indexOf(card) + by];
  }

  function focus(card: HTMLElement | null): void {
    (card ?? document.getElementById("main"))?.focus();
    card?.scrollIntoView({ block: "nearest" });
  }

  function showCount(): void {
    const count = document.getElementById("waiting");
    const total = Number(island.dataset.count) - [...island.querySelectorAll("[data-request][hidden]")].length;
    if (count) count.textContent = fill(texts.waiting, { count: Math.max(total, 0) });
  }

  island.addEventListener("submit", (event) => {
    const form = event.target;
    const card = cardOf(form);
    if (!(form instanceof HTMLFormElement) || !card) return;
    event.preventDefault();
    decide(form, card);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const card = cardOf(event.target);
    if (event.key === "Escape" && card) {
      for (const open of card.querySelectorAll<HTMLDetailsElement>("details[open]")) open.open = false;
      focus(card);
      return;
    }
    if (isTyping(event.target)) return;
    // From anywhere on the page one gets to the list; all else is about the request that has the focus.
    if (event.key === "j" || event.key === "k") {
      const all = cards();
      focus(card ? (neighbour(card, event.key === "j" ? 1 : -1) ?? card) : (all[0] ?? null));
    } else if (event.key === "u") undo();
    else if (card && event.key === "a") take(card, "confirm");
    else if (card && event.key === "d") take(card, "decline");
    else if (card && event.key === "o") card.querySelector<HTMLAnchorElement>("h2 a")?.click();
    else return;
    event.preventDefault();
  });

  // Whoever leaves has decided: what waits is sent on the way out.
  addEventListener("pagehide", () => decisions.flush());
  for (const keys of document.querySelectorAll<HTMLElement>(".keys")) keys.hidden = false;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, dialog") !== null;
}

const island = document.querySelector<HTMLElement>("[data-island=desk]");
if (island) mount(island, deskTexts());
