/** <time datetime="…Z" data-zone="…">: names the zone where the reader's clock differs, with their own time on hover. */
import { clocksDiffer, formatDaySpan, instant, ownZone, zoneName } from "../shared/dates";
import { fill } from "../shared/texts";
import type { SiteTexts } from "./texts";

export function nameZones(root: ParentNode, texts: SiteTexts, reader?: string): void {
  const locale = document.documentElement.lang || "en";
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-zone]:not([data-named])")) {
    const zone = time.dataset.zone ?? "";
    const at = instant(time.dateTime);
    time.dataset.named = "";
    reader ??= ownZone();
    if (!clocksDiffer(zone, reader, at)) continue;
    time.append(` (${zoneName(zone, locale, at)})`);
    time.title = fill(texts.yourTime, { time: formatDaySpan(at, at, reader, locale) });
  }
}
