/** The few sentences of site.js; a page translates them with <script type="application/json" id="site-texts">. */
import { readTexts } from "../shared/texts";

const ENGLISH = {
  close: "Close",
  confirm: "Yes, go on",
  cancel: "No",
  failed: "That did not work. Reload the page and try again.",
  unreachable: "The server cannot be reached. Check the connection and try again.",
  yourTime: "Where you are: {time}",
};

export type SiteTexts = typeof ENGLISH;

export function siteTexts(): SiteTexts {
  return readTexts("site-texts", ENGLISH);
}
