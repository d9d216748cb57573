/** The grid's script comes beside the calendar's own, which can ask for the bookings meanwhile. */
import type { Grid, GridOptions, GridStart } from "./grid";

export interface Drawing {
  /** Brings the script, without which nothing is drawn. Fails when it cannot be had. */
  bring(): Promise<void>;
  isThere(): boolean;
  /** Draws the view, or goes to it. */
  show(start: GridStart): void;
  /** Null until something was drawn. */
  grid(): Grid | null;
}

export function createDrawing(host: HTMLElement, script: string, options: GridOptions): Drawing {
  let createGrid: typeof import("./grid").createGrid | null = null;
  let grid: Grid | null = null;

  return {
    async bring() {
      const module = (await import(/* @vite-ignore */ script)) as typeof import("./grid");
      createGrid = module.createGrid;
    },
    isThere: () => createGrid !== null,
    show(start) {
      if (grid) grid.show(start.view, start.day);
      else if (createGrid) grid = createGrid(host, options, start);
    },
    grid: () => grid,
  };
}
