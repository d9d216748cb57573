/** Who a booking is for: found as one types, or written down as somebody new. */
import type { Api } from "../shared/api";
import { createCombobox, type Choice, type Combobox } from "../shared/combobox";
import { fill } from "../shared/texts";
import { withParams } from "./feed";
import type { Texts } from "./texts";

interface Person {
  id: string;
  name: string;
  email?: string | null;
}

const MOST_FOUND = 12;

export function searchPeople(api: Api, peopleUrl: string): (words: string, signal: AbortSignal) => Promise<Choice[]> {
  return async (words, signal) => {
    const { items } = await api.get<{ items: Person[] }>(withParams(peopleUrl, { q: words }), signal);
    return items.slice(0, MOST_FOUND).map(choiceOf);
  };
}

/** The field `person` with the hidden `person_id`; null where the page leaves them out. */
export function createPeople(
  form: HTMLFormElement,
  { api, peopleUrl, texts }: { api: Api; peopleUrl: string; texts: Texts },
): Combobox | null {
  const [input, hidden] = [form.elements.namedItem("person"), form.elements.namedItem("person_id")];
  if (!(input instanceof HTMLInputElement && hidden instanceof HTMLInputElement)) return null;
  const combobox = createCombobox(input, hidden, searchPeople(api, peopleUrl), texts.nobody_found, undefined, {
    label: (name) => fill(texts.add_person, { name }),
    run: async (name) => choiceOf(await api.post<Person>(peopleUrl, { name })),
  });
  return combobox;
}

function choiceOf({ id, name, email }: Person): Choice {
  return { id, label: name, ...(email ? { hint: email } : {}) };
}
