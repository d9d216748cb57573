/** Words for people: English in the code, translations from a json_script of the page. */

/** The page's translations over the English ones; a key the page does not have stays English. */
export function readTexts<Texts extends Record<string, string>>(id: string, english: Texts): Texts {
  const translated: unknown = JSON.parse(document.getElementById(id)?.textContent || "{}");
  const texts: Record<string, string> = { ...english };
  for (const [key, value] of Object.entries(translated ?? {})) {
    if (key in english && typeof value === "string" && value) texts[key] = value;
  }
  return texts as Texts;
}

/** Puts values where the text says {name}. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
