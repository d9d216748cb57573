/** The menu of saved views: one's own and those colleagues share, and the way to keep what is shown. */
import { Problem, sentence, type Api } from "../shared/api";
import { ask, element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { showToast } from "../shared/toast";
import { closeLikeMenu } from "./chooser";
import { loadViews, queryOf, stateOf, viewOf, type SavedView } from "./saved";
import { openViewDialog } from "./saved-dialog";
import type { Settings, State } from "./state";
import type { Texts } from "./texts";

export interface SavedMenuOptions {
  api: Api;
  settings: Settings;
  texts: Texts;
  onView(state: State): void;
}

export interface SavedMenu {
  readonly element: HTMLElement;
  /** Tells which of them is looked at. */
  show(state: State): void;
  open(): void;
}

export function createSavedMenu({ api, settings, texts, onView }: SavedMenuOptions): SavedMenu {
  /** As the server said them last; null until then. */
  let views: SavedView[] | null = null;
  /** Why they could not be read. */
  let trouble = "";
  let state: State | null = null;
  const summary = element("summary", { className: "button", textContent: texts.views });
  summary.setAttribute("aria-keyshortcuts", "v");
  const list = element("div", { className: "calendar-saved-list" });
  const keep = element("button", { type: "button", className: "button small", textContent: texts.view_save_as });
  const panel = element("div", { className: "calendar-saved" }, list, keep);
  const details = element("details", { className: "menu" }, summary, panel);
  closeLikeMenu(details, summary);
  const address = ({ id }: SavedView): string => `${settings.viewsUrl.replace(/\/$/, "")}/${encodeURIComponent(id)}`;

  async function load(): Promise<void> {
    try {
      views = await loadViews(api, settings.viewsUrl);
      trouble = "";
    } catch (error) {
      trouble = sentence(error);
    }
    draw();
  }

  function complain(): void {
    const retry = element("button", { type: "button", className: "button small", textContent: texts.retry });
    retry.addEventListener("click", () => {
      summary.focus();
      void load();
    });
    list.replaceChildren(element("p", { className: "notice error", role: "alert", textContent: trouble }), retry);
  }

  function draw(): void {
    if (trouble) return complain();
    if (!views) return;
    const known = views;
    const current = state ? viewOf(known, state, settings) : undefined;
    summary.textContent = current ? fill(texts.views_current, { name: current.name }) : texts.views;
    const focused = list.contains(document.activeElement) ? (document.activeElement as HTMLElement).id : "";
    const groups: [string, string, SavedView[]][] = [
      ["views-mine", texts.views_mine, known.filter(({ shared }) => !shared)],
      ["views-shared", texts.views_shared, known.filter(({ shared }) => shared)],
    ];
    list.replaceChildren(
      ...groups.filter(([, , found]) => found.length).flatMap(([id, title, found]) => group(id, title, found, current)),
    );
    if (!known.length) list.append(element("p", { className: "muted small", textContent: texts.views_none }));
    if (focused) document.getElementById(focused)?.focus();
  }

  function group(id: string, title: string, found: SavedView[], current: SavedView | undefined): HTMLElement[] {
    const rows = element("ul", {}, ...found.map((view) => row(view, view === current)));
    rows.setAttribute("aria-labelledby", id);
    return [element("h3", { id, className: "small", textContent: title }), rows];
  }

  function row(view: SavedView, isCurrent: boolean): HTMLElement {
    const show = element(
      "button",
      { type: "button", id: `view-${view.id}` },
      view.name,
      ...(view.shared ? [" ", element("span", { className: "muted small", textContent: view.owner })] : []),
    );
    if (isCurrent) show.setAttribute("aria-current", "true");
    show.addEventListener("click", () => {
      leave();
      onView(stateOf(view, settings, state?.day ?? settings.day));
    });
    if (!view.may_change) return element("li", {}, show);
    const change = element("button", { type: "button", className: "more", textContent: "…" });
    change.id = `change-${view.id}`;
    change.setAttribute("aria-label", fill(texts.view_change_named, { name: view.name }));
    change.addEventListener("click", () => void edit(view));
    return element("li", {}, show, change);
  }

  /** Closes the menu; what opens next gives the focus back to its button. */
  function leave(): void {
    summary.focus();
    details.open = false;
  }

  async function save(): Promise<void> {
    leave();
    const query = state ? queryOf(state) : "";
    let made = "";
    await openViewDialog({
      texts,
      isOther: true,
      async send({ name, shared }) {
        const view = await api.post<SavedView>(settings.viewsUrl, { page: "calendar", name, query, shared });
        made = view.name;
      },
    });
    if (made) await done(fill(texts.view_saved, { name: made }));
  }

  async function edit(view: SavedView): Promise<void> {
    leave();
    const query = state ? queryOf(state) : view.query;
    const isOther = !state || viewOf([view], state, settings) === undefined;
    let saved = "";
    const answer = await openViewDialog({
      texts,
      view,
      isOther,
      async send({ name, shared, isRetaken }) {
        const wish = { name, shared, ...(isRetaken ? { query } : {}) };
        saved = (await api.patch<SavedView>(address(view), wish, view.version)).name;
      },
    });
    if (saved) await done(fill(texts.view_saved, { name: saved }));
    else if (answer === "delete") await remove(view);
    else await load();
  }

  async function remove(view: SavedView): Promise<void> {
    const answer = await ask({
      title: fill(texts.view_delete_title, { name: view.name }),
      text: view.shared ? texts.view_delete_shared : texts.view_delete_own,
      confirm: texts.view_delete_do,
      cancel: texts.never_mind,
      danger: true,
    });
    if (!answer) return;
    try {
      await api.remove(address(view), view.version);
    } catch (error) {
      // That somebody else took it away already is no trouble.
      if (!(error instanceof Problem && error.status === 404)) {
        showToast({ text: sentence(error), tone: "error", closeLabel: texts.close });
        return load();
      }
    }
    await done(fill(texts.view_gone, { name: view.name }));
  }

  async function done(said: string): Promise<void> {
    showToast({ text: said, tone: "success", closeLabel: texts.close });
    await load();
  }

  keep.addEventListener("click", () => void save());
  details.addEventListener("toggle", () => details.open && void load());

  return {
    element: details,
    show(next) {
      // Read when there is something to look at, not before it.
      if (!state) void load();
      state = next;
      draw();
    },
    open() {
      details.open = true;
      const choose = (): void => (list.querySelector("button") ?? keep).focus();
      if (views) choose();
      else void load().then(choose);
    },
  };
}
