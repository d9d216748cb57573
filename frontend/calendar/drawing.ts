/** The grid in the words of this page. Its script comes beside the calendar's own, which asks for the bookings meanwhile. */
import { formatDaySpan, instant } from "../shared/dates";
import { fill } from "../shared/texts";
import type { Item } from "./feed";
import type { Grid, GridActs, GridStart } from "./grid";
import type { Description } from "./grid-events";
import type { Settings } from "./state";
import { noteOf, statusOf, type Texts } from "./texts";

export interface Drawing {
  /** Brings the script, without which nothing is drawn. Fails when it cannot be had. */
  bring(): Promise<void>;
  isThere(): boolean;
  /** Draws the view, or goes to it. */
  show(start: GridStart): void;
  /** Null until something was drawn. */
  grid(): Grid | null;
}

export interface DrawingOptions extends GridActs {
  settings: Settings;
  texts: Texts;
  placeOf(item: Item): string;
}

export function createDrawing(host: HTMLElement, { settings, texts, placeOf, ...acts }: DrawingOptions): Drawing {
  const { zone, locale, firstDay, mayEdit } = settings;
  let createGrid: typeof import("./grid").createGrid | null = null;
  let grid: Grid | null = null;
  /** A grid asks several times while it finds its sizes. */
  const described = new WeakMap<Item, Description>();

  function describe(item: Item): Description {
    const known = described.get(item) ?? {
      note: [item.extendedProps.person, noteOf(item, texts)].filter(Boolean).join(" · "),
      spoken: [placeOf(item), statusOf(item, texts)].filter(Boolean).join(", "),
      when: () => formatDaySpan(instant(item.start), instant(item.end), zone, locale),
    };
    described.set(item, known);
    return known;
  }
  function drawFirst(start: GridStart): Grid | null {
    const words = {
      label: texts.grid_label,
      hoursLabel: texts.hours,
      resourcesLabel: texts.resources,
      noGroupLabel: texts.no_group,
      moreLabel: (count: number) => fill(texts.more, { count }),
      describe,
    };
    return createGrid && createGrid(host, { zone, locale, firstDay, mayEdit, ...words, ...acts }, start);
  }

  return {
    async bring() {
      const module = (await import(/* @vite-ignore */ settings.gridScript)) as typeof import("./grid");
      createGrid = module.createGrid;
    },
    isThere: () => createGrid !== null,
    show(start) {
      if (grid) grid.show(start.view, start.day);
      else grid = drawFirst(start);
    },
    grid: () => grid,
  };
}
