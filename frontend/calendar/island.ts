/** Puts the calendar in place of `<div data-island="calendar" …>`; what stood there stays if this cannot run. */
import "./calendar.css";

import { createApi } from "../shared/api";
import { clocksDiffer, ownZone, zoneName } from "../shared/dates";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { createActions } from "./actions";
import { openDetails } from "./details";
import { closuresOf, isPlanned, loadItems, loadResources, type Item, type Resource } from "./feed";
import { createForm } from "./form";
import { createGrid, type Slot } from "./grid";
import { failure, nothing, skeleton } from "./notices";
import { calendarTexts, dayInWords, noteOf, statusOf } from "./texts";
import { createToolbar } from "./toolbar";
import { addressOf, readHidden, readSettings, readView, writeHidden, type View } from "./view";

for (const island of document.querySelectorAll<HTMLElement>('[data-island="calendar"]')) mount(island);

function mount(island: HTMLElement): void {
  const settings = readSettings(island.dataset);
  const { zone, locale, mayEdit, organisation } = settings;
  const texts = calendarTexts();
  const api = createApi(organisation, { unreachable: texts.unreachable, failed: texts.failed });

  let view = readView(location.href, settings);
  let hidden = readHidden(organisation);
  let resources: Resource[] | null = null;
  let items: Item[] = [];
  let trouble: { error: unknown; retry: () => void } | null = null;

  const resource = (id: string): Resource | undefined => resources?.find((each) => each.id === id);
  const placeOf = (item: Item): string => item.resourceIds.flatMap((id) => resource(id)?.name ?? []).join(", ");
  const isShown = ({ id, kind }: Resource): boolean => (view.kind === "all" || kind === view.kind) && !hidden.has(id);
  const shown = (): Resource[] => (resources ?? []).filter(isShown);

  const toolbar = createToolbar({
    zone,
    locale,
    texts,
    mayEdit,
    zoneNote: clocksDiffer(zone, ownZone(), new Date()) ? fill(texts.zone_note, { zone: zoneName(zone, locale) }) : "",
    onDay: (day) => navigate({ ...view, day }),
    onKind: (kind) => navigate({ ...view, kind }),
    onHidden: hide,
    onNew: () => openNew({ day: view.day }),
  });
  const host = element("div", { className: "calendar-grid" });
  const notice = element("div", { className: "calendar-notice" });
  island.classList.add("calendar");
  island.replaceChildren(
    toolbar.element,
    element("div", { className: "calendar-stage" }, host, notice),
    toolbar.legend,
  );

  const grid = createGrid(host, {
    zone,
    locale,
    mayEdit,
    day: view.day,
    label: texts.grid_label,
    hoursLabel: texts.hours,
    describe: (item) => ({
      note: [item.extendedProps.person, noteOf(item, texts)].filter(Boolean).join(" · "),
      spoken: [placeOf(item), statusOf(item, texts)].filter(Boolean).join(", "),
    }),
    load: (start, end) => loadItems(api, settings.eventsUrl, start, end),
    onLoading: (isLoading) => {
      island.setAttribute("aria-busy", String(isLoading));
      if (isLoading) toolbar.say(texts.loading);
      else count();
    },
    onLoaded: (loaded) => {
      items = loaded;
      trouble = null;
      cover();
    },
    onFailed: (error) => {
      trouble = { error, retry: grid.refresh };
      cover();
    },
    onSelect: openNew,
    onOpen: (item) => {
      const change = (): void => void form?.openChange(item);
      void openDetails(item, { zone, locale, texts, mayEdit: form !== null, actions, place: placeOf(item), change });
    },
    onMove: (move) => void actions.move(move),
  });
  const actions = createActions({
    api,
    bookingsUrl: settings.bookingsUrl,
    zone,
    locale,
    texts,
    resource,
    refresh: grid.refresh,
  });
  const dialog = document.getElementById("booking-dialog");
  const form =
    mayEdit && dialog instanceof HTMLDialogElement
      ? createForm(dialog, {
          api,
          zone,
          locale,
          texts,
          actions,
          peopleUrl: settings.peopleUrl,
          resources: () => resources ?? [],
        })
      : null;

  function openNew(slot: Slot | { day: string }): void {
    void form?.openNew(slot).finally(grid.unselect);
  }
  function hide(next: Set<string>): void {
    hidden = next;
    writeHidden(organisation, next);
    showColumns();
  }
  function showColumns(): void {
    toolbar.showResources(resources ?? [], view.kind, hidden);
    grid.showResources(shown());
    count();
    cover();
  }
  function count(): void {
    const ids = new Set(shown().map(({ id }) => id));
    const planned = items.filter((item) => isPlanned(item) && item.resourceIds.some((id) => ids.has(id)));
    toolbar.say(dayInWords(planned.length, closuresOf(items, ids), texts));
  }
  /** Covers the grid with what is to be said instead, or uncovers it. */
  function cover(): void {
    const showEverything = (): void => {
      hide(new Set());
      navigate({ ...view, kind: "all" });
    };
    const instead = trouble
      ? failure(trouble.error, texts, trouble.retry)
      : !resources
        ? skeleton(texts)
        : shown().length
          ? null
          : nothing(texts, showEverything);
    notice.hidden = instead === null;
    host.inert = instead !== null;
    notice.replaceChildren(...(instead ? [instead] : []));
  }
  function navigate(next: View): void {
    if (next.day === view.day && next.kind === view.kind) return;
    history.pushState(null, "", addressOf(next, location.href));
    show(next);
  }
  function show(next: View): void {
    const [isOtherDay, isOtherKind] = [next.day !== view.day, next.kind !== view.kind];
    view = next;
    // Other ways to see the day show this day.
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-calendar-view]")) {
      link.href = addressOf(view, link.href);
    }
    if (isOtherKind) showColumns();
    if (isOtherDay) {
      toolbar.showDay(view.day);
      grid.showDay(view.day);
    }
  }
  async function start(): Promise<void> {
    trouble = null;
    cover();
    try {
      resources = await loadResources(api, settings.resourcesUrl);
      showColumns();
    } catch (error) {
      trouble = { error, retry: () => void start() };
      cover();
    }
  }

  window.addEventListener("popstate", () => show(readView(location.href, settings)));
  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key !== "n" || !isPlain || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    openNew({ day: view.day });
  });
  toolbar.showDay(view.day);
  void start();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
  );
}
