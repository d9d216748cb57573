/** Small improvements of every page. Nothing here is needed for a page to work. */
import "../styles/site.css";

import { ask, wireDialogs } from "../shared/dialog";
import { showToast, toastRegion, type Toast } from "../shared/toast";
import { startHtmx } from "./htmx";
import { siteTexts } from "./texts";
import { nameZones } from "./times";

const texts = siteTexts();
startHtmx(texts);
wireDialogs(document);
toastRegion();
nameZones(document, texts);
document.addEventListener("htmx:after:swap", () => nameZones(document, texts));
document.addEventListener("toast", (event) =>
  showToast({ closeLabel: texts.close, ...(event as CustomEvent<Toast>).detail }),
);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.confirm) return;
  event.preventDefault();
  const question = { title: form.dataset.confirm, confirm: texts.confirm, cancel: texts.cancel };
  const submitter = event.submitter;
  void ask(question).then((yes) => {
    if (!yes) return;
    delete form.dataset.confirm;
    form.requestSubmit(submitter);
  });
});
