/** The booking dialog: the page brings the markup, this fills it, sends it and shows what the server says. */
import type { Api } from "../shared/api";
import { createCombobox, type Choice, type Combobox } from "../shared/combobox";
import { addDays, formatDay, formatDaySpan, instant, instantOf, wallTime } from "../shared/dates";
import { element, openDialog } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Actions } from "./actions";
import { legsFor, withParams, type BookingRequest, type Item, type Resource } from "./feed";
import type { Slot } from "./grid";
import { createRefusal } from "./refusal";
import { kindName, type Texts } from "./texts";

export interface FormOptions {
  api: Api;
  zone: string;
  locale: string;
  peopleUrl: string;
  texts: Texts;
  actions: Pick<Actions, "create" | "change">;
  resources(): Resource[];
}

export interface BookingForm {
  openNew(slot: Slot | { day: string; resourceId?: string }): Promise<void>;
  openChange(item: Item): Promise<void>;
}

/** Which input stands for which field of the API, where the names differ. */
const INPUT_OF: Record<string, string> = {
  starts_at: "start",
  ends_at: "end",
  resource_id: "resource",
  legs: "resource",
  person_id: "person",
};

/** The form of `<dialog id="booking-dialog">`; its inputs are told by name. */
export function createForm(dialog: HTMLDialogElement, options: FormOptions): BookingForm {
  const { zone, locale, texts } = options;
  const form = dialog.querySelector("form")!;
  const heading = dialog.querySelector("h1, h2")!;
  const submit = form.querySelector<HTMLButtonElement>("[type=submit]")!;
  const refusal = createRefusal(form, {
    inputOf: INPUT_OF,
    alternativesTitle: texts.alternatives,
    // The dialog shows the first resource alone: another one's place it could not give away.
    suits: ({ instead_of }) => !instead_of || instead_of === value("resource"),
    describe: ({ resource_id, starts_at, ends_at }) =>
      fill(texts.alternative, {
        place: options.resources().find(({ id }) => id === resource_id)?.name ?? "",
        time: formatDaySpan(instant(starts_at), instant(ends_at), zone, locale),
      }),
    choose: ({ resource_id, starts_at, ends_at }) => {
      setTimes(instant(starts_at), instant(ends_at));
      if (resource_id) control("resource").value = resource_id;
      submit.focus();
    },
  });
  const people = createPeople(form, options);
  const endHint = element("p", { className: "hint" });
  endHint.setAttribute("aria-live", "polite");
  control("end").after(endHint);
  let editing: Item | null = null;
  /** Days between the day of the start and that of the end, for bookings that go on overnight or longer. */
  let nights = 0;
  /** The values the dialog opened with. */
  let opened: Record<string, string> = {};

  function control(name: string): HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
    const found = form.elements.namedItem(name);
    if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement || found instanceof HTMLTextAreaElement)
      return found;
    // A page may leave fields out; they then behave as empty ones.
    return element("input", { name });
  }
  const value = (name: string): string => control(name).value.trim();

  function endDay(): string {
    const [day, start, end] = [value("date"), value("start"), value("end")];
    return addDays(day, nights || (end <= start ? 1 : 0));
  }
  function showEndDay(): void {
    const complete = value("date") && value("start") && value("end");
    endHint.textContent =
      complete && endDay() !== value("date") ? fill(texts.ends_next_day, { day: formatDay(endDay(), locale) }) : "";
  }
  function setTimes(startsAt: Date, endsAt: Date): void {
    const [start, end] = [wallTime(startsAt, zone), wallTime(endsAt, zone)];
    nights = Math.round((Date.parse(end.day) - Date.parse(start.day)) / 86_400_000);
    control("date").value = start.day;
    control("start").value = start.clock;
    control("end").value = end.clock;
    showEndDay();
  }

  function fillResources(chosen: string): void {
    const select = control("resource");
    if (!(select instanceof HTMLSelectElement)) return;
    const resources = options.resources();
    const groups = [...new Set(resources.map(({ kind }) => kind))].map((kind) => {
      const choices = resources
        .filter((each) => each.kind === kind)
        .map(({ id, name }) => element("option", { value: id, textContent: name }));
      return element("optgroup", { label: kindName(kind, texts) }, ...choices);
    });
    select.replaceChildren(...(groups.length === 1 ? groups[0]!.children : groups));
    if (chosen) select.value = chosen;
  }

  async function open(title: string, action: string, firstField: string): Promise<void> {
    refusal.clear();
    heading.textContent = title;
    submit.textContent = action;
    control("status")
      .closest<HTMLElement>(".field")
      ?.toggleAttribute("hidden", editing !== null);
    opened = Object.fromEntries(["title", "person_id", "resource", "party_size"].map((name) => [name, value(name)]));
    const closed = openDialog(dialog);
    control(firstField).focus();
    await closed;
  }

  function readTimes(): { starts_at: string; ends_at: string } {
    const [day, start, end] = [value("date"), value("start"), value("end")];
    if (!day || !start || !end) throw new Error(texts.choose_time);
    return {
      starts_at: instantOf({ day, clock: start }, zone),
      ends_at: instantOf({ day: endDay(), clock: end }, zone),
    };
  }
  function readNew(): BookingRequest {
    const request: BookingRequest = {
      title: value("title"),
      ...readTimes(),
      resource_id: value("resource"),
      status: value("status") || null,
    };
    if (value("person_id")) request.person_id = value("person_id");
    if (value("party_size")) request.party_size = Number(value("party_size"));
    return request;
  }
  /** Only what differs, so that a colleague's change of something else is not undone. */
  function readChange(item: Item): BookingRequest {
    const request: BookingRequest = {};
    const { starts_at, ends_at } = readTimes();
    if (instant(starts_at).valueOf() !== instant(item.start).valueOf()) request.starts_at = starts_at;
    if (instant(ends_at).valueOf() !== instant(item.end).valueOf()) request.ends_at = ends_at;
    const isChanged = (name: string): boolean => value(name) !== opened[name];
    if (isChanged("resource")) request.legs = legsFor(item, [value("resource"), ...item.resourceIds.slice(1)]);
    if (isChanged("title")) request.title = value("title");
    if (isChanged("person_id")) request.person_id = value("person_id") || null;
    if (isChanged("party_size") && value("party_size")) request.party_size = Number(value("party_size"));
    return request;
  }

  async function send(): Promise<void> {
    refusal.clear();
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    try {
      if (editing) await options.actions.change(editing, readChange(editing));
      else await options.actions.create(readNew());
      dialog.close("saved");
    } catch (error) {
      refusal.show(error);
    } finally {
      submit.disabled = false;
      submit.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  for (const name of ["date", "start", "end"]) {
    control(name).addEventListener("change", () => {
      // Once a person sets the times, the plain reading counts: an end before the start is on the next day.
      if (nights === 1) nights = 0;
      showEndDay();
    });
  }

  return {
    openNew(slot) {
      editing = null;
      form.reset();
      people?.set(null);
      nights = 0;
      if ("start" in slot) setTimes(instant(slot.start), instant(slot.end));
      else setTimes(...usualTimes(slot.day, zone));
      fillResources(slot.resourceId ?? "");
      return open(texts.new_booking, texts.save_new, "title");
    },
    openChange(item) {
      editing = item;
      form.reset();
      const { person, person_id, party_size } = item.extendedProps;
      control("title").value = item.title;
      people?.set(person ? { id: person_id ?? "", label: person } : null);
      setTimes(instant(item.start), instant(item.end));
      if (party_size != null) control("party_size").value = String(party_size);
      fillResources(item.resourceIds[0] ?? "");
      return open(texts.edit_booking, texts.save_change, "date");
    },
  };
}

/** An hour to start from: the next full one of today's working hours, else ten o'clock. */
function usualTimes(day: string, zone: string, now = new Date()): [Date, Date] {
  const nextHour = new Date(Math.ceil(now.valueOf() / HOUR_MS) * HOUR_MS);
  const next = wallTime(nextHour, zone);
  const isSoon = next.day === day && next.clock >= "08:00" && next.clock <= "20:00";
  const start = isSoon ? nextHour : instant(instantOf({ day, clock: "10:00" }, zone));
  return [start, new Date(start.valueOf() + HOUR_MS)];
}

const HOUR_MS = 3_600_000;

interface PeoplePage {
  items: { id: string; name: string; email?: string | null }[];
}

function createPeople(form: HTMLFormElement, { api, peopleUrl, texts }: FormOptions): Combobox | null {
  const [input, hidden] = [form.elements.namedItem("person"), form.elements.namedItem("person_id")];
  if (!(input instanceof HTMLInputElement && hidden instanceof HTMLInputElement)) return null;
  const search = async (words: string, signal: AbortSignal): Promise<Choice[]> => {
    const { items } = await api.get<PeoplePage>(withParams(peopleUrl, { q: words }), signal);
    return items.slice(0, 12).map(({ id, name, email }) => ({ id, label: name, ...(email ? { hint: email } : {}) }));
  };
  return createCombobox(input, hidden, search, texts.nobody_found);
}
