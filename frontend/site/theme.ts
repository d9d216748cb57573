/** Light or dark by choice, remembered for a year in the cookie `theme`, which the server puts on <html data-theme>. */
import type { SiteTexts } from "./texts";

type Theme = "light" | "dark";

export function wireTheme(texts: SiteTexts): void {
  const remembered = /(?:^|; )theme=(light|dark)(?:;|$)/.exec(document.cookie)?.[1];
  if (remembered) document.documentElement.dataset.theme = remembered;
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-theme-toggle]")];
  const name = (): void => {
    for (const button of buttons) button.textContent = current() === "dark" ? texts.light : texts.dark;
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next: Theme = current() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      name();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
}

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
