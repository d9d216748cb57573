// Builds every page script and its styles, one after the other; --watch keeps building.
import { rm } from "node:fs/promises";
import { build } from "vite";

const watch = process.argv.includes("--watch") ? {} : null;
await rm(new URL("../infra24/core/static/built", import.meta.url), { recursive: true, force: true });
for (const mode of ["site", "calendar", "grid", "week", "desk", "display"])
  await build({ mode, logLevel: "warn", build: { watch } });
