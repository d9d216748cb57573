/** Puts the calendar in place of `<div data-island="calendar" …>`; what stood there stays if this cannot run. */
import "fullcalendar/skeleton.css";
import "./calendar.css";

import { createApi } from "../shared/api";
import { today } from "../shared/dates";
import { createActions } from "./actions";
import type { Item } from "./feed";
import { createForm } from "./form";
import type { Slot } from "./grid";
import { listenForKeys } from "./keys";
import { followChanges } from "./live";
import { openPopover } from "./popover";
import { createScreen } from "./screen";
import { addressOf, readSettings, readState, type State } from "./state";
import { calendarTexts } from "./texts";
import { isView, stepped } from "./views";

// Sooner than scripts that wait for styles: what it asks the server comes while the page is laid out.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
else mountAll();

function mountAll(): void {
  for (const island of document.querySelectorAll<HTMLElement>('[data-island="calendar"]')) mount(island);
}

function mount(island: HTMLElement): void {
  const settings = readSettings(island.dataset);
  const { zone, locale, mayEdit, organisation } = settings;
  const texts = calendarTexts();
  const api = createApi(organisation, { unreachable: texts.unreachable, failed: texts.failed });

  followChanges({
    api,
    url: settings.changesUrl,
    cursor: settings.changesCursor,
    isBusy: () => screen.isHeld() || document.querySelector("dialog[open]") !== null,
    onChange: ({ areResourcesNew }) => {
      screen.reload(true);
      if (areResourcesNew) void screen.start();
    },
    onReach: (isReached) => screen.warn(isReached ? "" : texts.not_live),
  });
  const screen = createScreen(island, {
    api,
    settings,
    texts,
    onNew: openNew,
    onOpen: open,
    onMove: (move) => void actions.move(move),
    onState: showLinks,
  });
  const actions = createActions({
    api,
    bookingsUrl: settings.bookingsUrl,
    zone,
    locale,
    texts,
    resource: (id) => screen.resources().find((each) => each.id === id),
    refresh: () => screen.reload(),
  });
  const dialog = document.getElementById("booking-dialog");
  const form =
    mayEdit && dialog instanceof HTMLDialogElement
      ? createForm(dialog, {
          api,
          bookingsUrl: settings.bookingsUrl,
          zone,
          locale,
          texts,
          actions,
          peopleUrl: settings.peopleUrl,
          resources: screen.resources,
        })
      : null;

  function openNew(slot: Slot | { day: string }): void {
    void form?.openNew(slot).finally(screen.unselect);
  }
  function open(item: Item, at: HTMLElement): void {
    openPopover(item, at, {
      zone,
      locale,
      texts,
      mayEdit: form !== null,
      actions,
      place: screen.placeOf(item),
      change: () => void form?.openChange(item),
      copy: () => void form?.openCopy(item),
    });
  }
  /** Other ways to see the days show these days. */
  function showLinks(state: State): void {
    for (const link of views()) {
      const view = link.dataset.calendarView ?? "";
      const url = new URL(addressOf(state, location.href));
      url.searchParams.set("view", view);
      link.href = url.href;
      if (view === state.view) {
        link.setAttribute("aria-current", "page");
        // On a phone the views are a row that scrolls.
        requestAnimationFrame(() => link.scrollIntoView({ block: "nearest", inline: "nearest" }));
      } else link.removeAttribute("aria-current");
    }
  }

  window.addEventListener("popstate", () => screen.show(readState(location.href, settings)));
  for (const link of views()) {
    link.addEventListener("click", (event) => {
      const view = link.dataset.calendarView;
      if (!isView(view) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      screen.navigate({ view });
    });
  }
  /** Steps are for those who may take them. */
  const ours = (act: (item: Item) => unknown) => (item: Item) =>
    void (form && item.extendedProps.mayEdit && item.extendedProps.kind === "booking" && act(item));
  listenForKeys({
    texts,
    itemAt: screen.itemAt,
    onNew: () => openNew({ day: screen.state().day }),
    onToday: () => screen.navigate({ day: today(zone) }),
    onStep: (count) => screen.navigate({ day: stepped(screen.state().view, screen.state().day, count) }),
    onView: (view) => screen.navigate({ view }),
    onSearch: () => screen.search.focus(),
    onSaved: screen.openViews,
    onUndo: actions.undo,
    onConfirm: ours(actions.confirm),
    onDecline: ours(actions.decline),
    onCancel: ours(actions.cancel),
    onChange: ours((item) => form?.openChange(item)),
    onCopy: ours((item) => form?.openCopy(item)),
    onChoose: ours(screen.choose),
  });
  void screen.start();
}

function views(): NodeListOf<HTMLAnchorElement> {
  return document.querySelectorAll<HTMLAnchorElement>("a[data-calendar-view]");
}
