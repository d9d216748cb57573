/** Small improvements of every page. Nothing here is needed for a page to work. */
import "../styles/site.css";

import { ask, wireDialogs } from "../shared/dialog";
import { showToast, toastRegion, type Toast } from "../shared/toast";
import { startHtmx } from "./htmx";
import { siteTexts } from "./texts";
import { wirePrinting } from "./printing";
import { wireTicks } from "./ticks";
import { nameZones } from "./times";

const texts = siteTexts();
startHtmx(texts);
wireDialogs(document);
wireTicks(document);
wirePrinting(document);
toastRegion();
nameZones(document, texts);
document.addEventListener("htmx:after:swap", () => nameZones(document, texts));
document.addEventListener("toast", (event) =>
  showToast({ closeLabel: texts.close, ...(event as CustomEvent<Toast>).detail }),
);

/** Forms whose question was just answered with yes. */
const answered = new WeakSet<HTMLFormElement>();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.confirm || answered.delete(form)) return;
  event.preventDefault();
  const { submitter } = event;
  void ask({ title: form.dataset.confirm, confirm: texts.confirm, cancel: texts.cancel }).then((yes) => {
    if (!yes) return;
    answered.add(form);
    form.requestSubmit(submitter);
  });
});

/** What a page says about the last thing done stands above it; it passes here. Warnings and errors stay. */
for (const notice of document.querySelectorAll<HTMLElement>("[data-toast=success], [data-toast=info]")) {
  showToast({ text: notice.textContent.trim(), tone: "success", closeLabel: texts.close });
  notice.remove();
}
