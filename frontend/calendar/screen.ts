/** What the calendar shows: the state in the address, what the server said, and the pieces that draw both. */
import type { Api } from "../shared/api";
import { clocksDiffer, instantOf, ownZone, zoneName } from "../shared/dates";
import { element } from "../shared/dialog";
import { fill } from "../shared/texts";
import { createAgenda } from "./agenda";
import { createChoosing, listenForLasso } from "./choosing";
import { closuresOf, isPlanned, loadResources, type Item, type Resource } from "./feed";
import { loadFeatures } from "./filter-features";
import { createFilterPanel } from "./filter-panel";
import { itemsFor } from "./filters";
import { createFreeFilter } from "./free-filter";
import { createDrawing } from "./drawing";
import type { DrawnView, Move, Slot } from "./grid";
import { createHolding } from "./holding";
import { createRooms } from "./rooms";
import { createSavedMenu } from "./saved-menu";
import { createStage, type Cover } from "./stage";
import { addressOf, noFilters, readState, rememberView, type Settings, type State } from "./state";
import { createStore } from "./store";
import { dayInWords, type Texts } from "./texts";
import { createToolbar } from "./toolbar";
import { columnsOf, mostResources, spanOf, timelineInstead, type DaySpan } from "./views";
import type { Feature } from "./wishes";

export interface ScreenOptions {
  api: Api;
  settings: Settings;
  texts: Texts;
  onNew(slot: Slot | { day: string }): void;
  onOpen(item: Item, at: HTMLElement): void;
  onMove(move: Move): void;
  onState(state: State): void;
}

export interface Screen {
  readonly search: HTMLInputElement;
  openViews(): void;
  state(): State;
  /** Goes somewhere; the way back is the browser's. */
  navigate(next: Partial<State>): void;
  /** The state an address says, when somebody went back to it. */
  show(next: State): void;
  /** Reads the days again; quietly when somebody else is the cause. */
  reload(isQuiet?: boolean): void;
  start(): Promise<void>;
  resources(): Resource[];
  placeOf(item: Item): string;
  /** The booking an element stands for. */
  itemAt(target: Element): Item | null;
  choose(item: Item): void;
  isHeld(): boolean;
  unselect(): void;
  warn(words: string): void;
}

export function createScreen(island: HTMLElement, options: ScreenOptions): Screen {
  const { api, settings, texts } = options;
  const { zone, locale, firstDay, mayEdit, organisation } = settings;
  let state = readState(location.href, settings);
  let features: Feature[] = [];
  let trouble: Cover = null;

  const span = (): DaySpan => spanOf(state.view, state.day, firstDay);
  const startOf = (day: string): string => instantOf({ day, clock: "00:00" }, zone);
  const free = createFreeFilter(api, settings.freeUrl, zone, () => showResources());
  const rooms = createRooms({ organisation, state: () => state, isFree: free.has });

  const store = createStore({
    api,
    url: settings.eventsUrl,
    params: (): Record<string, string> => (state.filters.source ? { source: state.filters.source } : {}),
    onLoading(isLoading) {
      if (isLoading) return busy();
      island.setAttribute("aria-busy", String(!rooms.areKnown()));
      count();
    },
    onLoaded() {
      trouble = null;
      cover();
      choosing.keep(store.items());
    },
    onFailed(error) {
      trouble = { kind: "failure", error, retry: () => reload() };
      cover();
    },
  });
  /** Asked for before anything is made: the answers come meanwhile. */
  store.forget(true);
  let coming: ReturnType<typeof ask> | null = ask(true);
  const fitting = (items: Item[]): Item[] => itemsFor(items, rooms.chosenIds(), state.filters, state.view === "month");
  const load = (start: string, end: string): Item[] | Promise<Item[]> => {
    const items = store.load(start, end);
    return Array.isArray(items) ? fitting(items) : items.then(fitting);
  };
  const holding = createHolding(api, settings.freeUrl, texts, {
    resources: rooms.drawn,
    span: () => ({ start: startOf(span().from), end: startOf(span().until) }),
    paint: (refused) => drawing.grid()?.paint(refused),
  });
  const choosing = createChoosing({
    texts,
    bulkUrl: settings.bulkUrl,
    onChange() {
      drawing.grid()?.showChosen();
      if (state.view === "agenda") redraw();
    },
  });

  const toolbar = createToolbar({
    zone,
    locale,
    firstDay,
    texts,
    mayEdit,
    zoneNote: clocksDiffer(zone, ownZone(), new Date()) ? fill(texts.zone_note, { zone: zoneName(zone, locale) }) : "",
    onDay: (day) => navigate({ day }),
    onKind: (kind) => navigate({ filters: { ...state.filters, kind } }),
    onHidden: hide,
    onNew: () => options.onNew({ day: state.day }),
  });
  const panel = createFilterPanel({
    api,
    peopleUrl: settings.peopleUrl,
    texts,
    // Narrowing is no place to go back to: it replaces the address.
    onFilters: (filters) => go({ ...state, filters }, "replaceState"),
  });
  const saved = createSavedMenu({ api, settings, texts, onView: navigate });
  toolbar.choices.prepend(element("div", { className: "field search" }, panel.search), saved.element, panel.element);
  const agenda = createAgenda({
    zone,
    locale,
    texts,
    placeOf: rooms.placeOf,
    onOpen: options.onOpen,
    onNew: (day) => options.onNew({ day }),
    ...(mayEdit ? { choosing: { isChosen: choosing.isChosen, choose: (id, is) => choosing.choose([id], is) } } : {}),
  });
  const stage = createStage(agenda.element, texts);
  const drawing = createDrawing(stage.grid, {
    settings,
    texts,
    placeOf: rooms.placeOf,
    load,
    isChosen: choosing.isChosen,
    onHold: holding.hold,
    onRelease: holding.release,
    onHover: holding.hover,
    onSelect: options.onNew,
    onOpen: options.onOpen,
    onMove: options.onMove,
    onDay: (day) => navigate({ view: "day", day }),
  });
  stage.element.append(holding.hint);
  const warning = element("p", { className: "notice warning", role: "status", hidden: true });
  island.classList.add("calendar");
  island.replaceChildren(toolbar.element, warning, stage.element, choosing.bar, toolbar.legend);
  if (mayEdit)
    listenForLasso(stage.grid, (ids, isFrame) => {
      if (isFrame) choosing.choose(ids, true);
      else for (const id of ids) choosing.toggle(id);
    });

  function hide(hidden: Set<string>): void {
    rooms.hide(hidden);
    showResources();
  }
  function reload(isQuiet = false): void {
    store.forget(isQuiet);
    holding.forget();
    void free.refresh();
    redraw();
  }
  /** What is known, drawn anew. */
  function redraw(): void {
    if (state.view !== "agenda") return drawing.grid()?.refresh();
    const shownSpan = span();
    const items = load(startOf(shownSpan.from), startOf(shownSpan.until));
    void Promise.resolve(items).then((found) => agenda.show(found, shownSpan));
  }
  function showResources(): void {
    toolbar.showResources(rooms.all(), rooms.listed(), state.filters.kind, rooms.hidden());
    panel.show(state.filters, features);
    saved.show(state);
    const grid = drawing.grid();
    grid?.showResources(rooms.drawn());
    if (grid || state.view === "agenda") redraw();
    else if (rooms.areKnown()) draw(state.view);
    count();
    cover();
  }
  function busy(): void {
    island.setAttribute("aria-busy", "true");
    toolbar.say(texts.loading);
  }
  function count(): void {
    const ids = rooms.chosenIds();
    const items = itemsFor(store.items(), ids, state.filters, false);
    toolbar.say(dayInWords(items.filter(isPlanned).length, closuresOf(items, ids), texts));
  }
  function cover(): void {
    stage.cover(trouble ?? (rooms.areKnown() ? insteadOf(rooms.chosen().length) : { kind: "loading" }));
  }
  /** What is said when the view cannot show so many, or there are none. */
  function insteadOf(count: number): Cover {
    const showEverything = (): void => {
      hide(new Set());
      navigate({ filters: noFilters() });
    };
    if (!rooms.all().length) return { kind: "empty_house", resourcesPage: settings.resourcesPage };
    if (!count) return { kind: "nothing", showEverything };
    const most = mostResources(state.view);
    if (count <= most) return null;
    const timeline = (): void => navigate({ view: timelineInstead(state.view) });
    const columns = columnsOf(state.view, count);
    return { kind: "too_many", resources: count, columns, most, timeline, choose: toolbar.chooseResources };
  }
  function navigate(part: Partial<State>): void {
    go({ ...state, ...part }, "pushState");
  }
  function go(next: State, how: "pushState" | "replaceState"): void {
    const address = addressOf(next, location.href);
    if (address !== location.href) history[how](null, "", address);
    show(next);
  }
  function show(next: State): void {
    const before = state;
    state = next;
    if (before.view !== state.view) rememberView(state.view);
    apply(before.view !== state.view || before.day !== state.day);
    showResources();
  }
  function apply(isOtherTime: boolean): void {
    options.onState(state);
    toolbar.show(state);
    void free.look(state, rooms.all());
    stage.showAgenda(state.view === "agenda");
    if (state.view !== "agenda" && isOtherTime && rooms.areKnown()) draw(state.view);
  }
  function ask(withItems: boolean): Promise<[Resource[], Feature[], unknown]> {
    return Promise.all([
      loadResources(api, settings.resourcesUrl),
      features.length ? features : loadFeatures(api, settings.featuresUrl),
      // A month shows days around it too, and asks itself.
      withItems && state.view !== "month" && store.load(startOf(span().from), startOf(span().until)),
    ]);
  }
  function draw(view: DrawnView): void {
    if (drawing.isThere()) return drawing.show({ view, day: state.day, resources: rooms.drawn() });
    trouble = { kind: "loading" };
    void drawing.bring().then(() => {
      trouble = null;
      showResources();
    }, fail);
  }
  async function start(): Promise<void> {
    trouble = null;
    cover();
    if (coming) busy();
    try {
      const [[all, known]] = await Promise.all([
        coming ?? ask(drawing.grid() === null),
        state.view === "agenda" || drawing.isThere() || drawing.bring(),
      ]);
      rooms.know(all);
      features = known;
      island.setAttribute("aria-busy", "false");
      void free.look(state, all);
      showResources();
    } catch (error) {
      fail(error);
    } finally {
      coming = null;
    }
  }
  function fail(error: unknown): void {
    trouble = { kind: "failure", error, retry: () => void start() };
    cover();
  }
  apply(true);

  return {
    search: panel.search,
    openViews: saved.open,
    state: () => state,
    navigate,
    show,
    reload,
    start,
    resources: rooms.all,
    placeOf: rooms.placeOf,
    itemAt(target) {
      const id = target.closest<HTMLElement>("[data-item]")?.dataset.item;
      return store.items().find((item) => item.id === id && isPlanned(item)) ?? null;
    },
    choose: ({ id }) => choosing.toggle(id),
    isHeld: () => drawing.grid()?.isHeld() ?? false,
    unselect: () => drawing.grid()?.unselect(),
    warn(words) {
      warning.textContent = words;
      warning.hidden = !words;
    },
  };
}
