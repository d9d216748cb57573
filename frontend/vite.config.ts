import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";

/** Each page script is built by itself: one file, no shared chunk, so that Django may hash the names. */
const ENTRIES: Record<string, string> = {
  site: "site/site.ts",
  calendar: "calendar/island.ts",
  grid: "calendar/grid.ts",
  week: "week/island.ts",
  display: "display/island.ts",
  desk: "desk/island.ts",
};

export default defineConfig(({ mode }) => ({
  plugins: [tailwindcss()],
  base: "./",
  build: {
    outDir: "../infra24/core/static/built",
    emptyOutDir: false,
    // light-dark() and nesting are left to the browser: an organisation's theme.css uses them too.
    target: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      // The calendar takes the grid in when it needs it.
      preserveEntrySignatures: "allow-extension",
      input: mode in ENTRIES ? { [mode]: ENTRIES[mode]! } : {},
      output: { entryFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
  // A zone nobody else in the tests lives in: what the browser's clock says must never matter.
  test: { environment: "happy-dom", include: ["**/*.test.ts"], env: { TZ: "Pacific/Chatham" } },
}));
