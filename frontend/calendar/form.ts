/** The booking dialog: the page brings the markup, this fills it, sends it and shows what the server says. */
import { Problem, type Alternative, type Api } from "../shared/api";
import { formatDaySpan, instant } from "../shared/dates";
import { openDialog } from "../shared/dialog";
import { fill } from "../shared/texts";
import type { Actions } from "./actions";
import type { BookingRequest, FullBooking, Item, Leg, Resource } from "./feed";
import { createLegs } from "./form-legs";
import { createPeople } from "./form-people";
import { createPreview, type Question } from "./form-preview";
import { lacksEnd, readRepeat, ruleOf } from "./form-repeat";
import { createTimes, usualTimes } from "./form-times";
import { createFields } from "./form-fields";
import type { Slot } from "./grid";
import { createRefusal } from "./refusal";
import type { Texts } from "./texts";

export interface FormOptions {
  api: Api;
  bookingsUrl: string;
  zone: string;
  locale: string;
  peopleUrl: string;
  texts: Texts;
  actions: Pick<Actions, "create" | "change" | "read">;
  resources(): Resource[];
}

export interface BookingForm {
  openNew(slot: Slot | { day: string; resourceId?: string }): Promise<void>;
  openChange(item: Item): Promise<void>;
  /** A new booking that begins as another one is. */
  openCopy(item: Item): Promise<void>;
  isOpen(): boolean;
}

/** Which input stands for which field of the API, where the names differ. */
const INPUT_OF: Record<string, string> = {
  starts_at: "start",
  ends_at: "end",
  resource_id: "resource",
  legs: "resource",
  person_id: "person",
  rule: "repeat",
};

/** The form of `<dialog id="booking-dialog">`; its inputs are told by name. */
export function createForm(dialog: HTMLDialogElement, options: FormOptions): BookingForm {
  const { zone, locale, texts } = options;
  const form = dialog.querySelector("form")!;
  const heading = dialog.querySelector("h1, h2")!;
  const submit = form.querySelector<HTMLButtonElement>("[type=submit]")!;
  const { control, value, show } = createFields(form);
  // What is missing is said beside every field at once, not by the browser one by one.
  form.noValidate = true;
  const people = createPeople(form, options);
  const times = createTimes(form, options);
  const legs = createLegs(control("resource") as HTMLSelectElement, {
    texts,
    resources: options.resources,
    onChange: () => preview.ask(),
  });
  const choices = {
    // Another thing's place it could not give away.
    suits: ({ instead_of }: Alternative) => legs.suits(instead_of),
    describe: ({ resource_id, starts_at, ends_at }: Alternative) =>
      fill(texts.alternative, {
        place: options.resources().find(({ id }) => id === resource_id)?.name ?? "",
        time: formatDaySpan(instant(starts_at), instant(ends_at), zone, locale),
      }),
    choose: ({ resource_id, starts_at, ends_at, instead_of }: Alternative) => {
      times.set(instant(starts_at), instant(ends_at));
      if (resource_id) legs.take(resource_id, instead_of);
      preview.ask();
      submit.focus();
    },
  };
  const refusal = createRefusal(form, { inputOf: INPUT_OF, alternativesTitle: texts.alternatives, ...choices });
  // Beside the buttons, which stay in sight however long the form is.
  const preview = createPreview(form.querySelector<HTMLElement>(".dialog-actions") ?? form, {
    ...options,
    ...choices,
    question,
  });
  let editing: Item | null = null;
  /** The values the dialog opened with. */
  let opened: Record<string, string> = {};
  const KEPT = ["title", "person_id", "party_size", "note", "visibility"];
  const legsNow = (): string => JSON.stringify(legs.read());

  async function open(title: string, action: string, firstField: string): Promise<void> {
    refusal.clear();
    preview.clear();
    heading.textContent = title;
    submit.textContent = action;
    // A booking that is there takes its steps elsewhere, and its series has a page of its own.
    show("status", editing === null);
    show("repeat", editing === null);
    opened = { ...Object.fromEntries(KEPT.map((name) => [name, value(name)])), legs: legsNow() };
    const closed = openDialog(dialog);
    control(firstField).focus();
    preview.ask();
    await closed;
    preview.clear();
  }

  /** Everything that is missing, by the API's names of fields. */
  function missing(): Record<string, string> {
    return {
      ...(value("title") ? {} : { title: texts.title_needed }),
      ...times.missing(),
      ...(!editing && lacksEnd(readRepeat(form)) ? { until: texts.repeat_needs_end } : {}),
    };
  }
  function readNew(): BookingRequest {
    const rule = ruleOf(readRepeat(form), value("date"));
    const onConflict = preview.skipsConflicts() ? "skip" : "refuse";
    return {
      title: value("title"),
      ...times.read(),
      legs: legs.read(),
      status: value("status") || null,
      ...(value("person_id") ? { person_id: value("person_id") } : {}),
      ...(value("party_size") ? { party_size: Number(value("party_size")) } : {}),
      ...(value("note") ? { note: value("note") } : {}),
      ...(value("visibility") ? { visibility: value("visibility") } : {}),
      ...(rule ? { series: { rule, on_conflict: onConflict } } : {}),
    };
  }
  /** Only what differs, so that a colleague's change of something else is not undone. */
  function readChange(item: Item): BookingRequest {
    const { starts_at, ends_at } = times.read();
    const isOther = (one: string, other: string): boolean => instant(one).valueOf() !== instant(other).valueOf();
    const isChanged = (name: string): boolean => value(name) !== opened[name];
    return {
      ...(isOther(starts_at, item.start) ? { starts_at } : {}),
      ...(isOther(ends_at, item.end) ? { ends_at } : {}),
      ...(legsNow() === opened.legs ? {} : { legs: legs.read() }),
      ...(isChanged("title") ? { title: value("title") } : {}),
      ...(isChanged("person_id") ? { person_id: value("person_id") || null } : {}),
      ...(isChanged("party_size") && value("party_size") ? { party_size: Number(value("party_size")) } : {}),
      ...(isChanged("note") ? { note: value("note") } : {}),
      ...(isChanged("visibility") && value("visibility") ? { visibility: value("visibility") } : {}),
    };
  }
  /** What to ask the server about; a title may still be missing, the rest may not. */
  function question(): Question | null {
    const { title: _, ...lacking } = missing();
    if (Object.keys(lacking).length || !dialog.open) return null;
    if (editing) {
      const request = readChange(editing);
      return Object.keys(request).length ? { kind: "change", id: editing.id, request } : null;
    }
    const request = { ...readNew(), title: value("title") || texts.new_booking };
    const { series, ...single } = request;
    return series ? { kind: "series", request: single, rule: series.rule } : { kind: "new", request: single };
  }

  async function send(): Promise<void> {
    refusal.clear();
    const fields = missing();
    if (Object.keys(fields).length) {
      refusal.show(new Problem(422, { title: texts.form_incomplete, fields }, ""));
      form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    try {
      if (editing) await options.actions.change(editing, readChange(editing));
      else await options.actions.create(readNew());
      dialog.close("saved");
    } catch (error) {
      preview.clear();
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
  for (const event of ["input", "change"]) form.addEventListener(event, () => preview.ask());

  /** Puts into the fields what a booking says. */
  function fillFrom(item: Item, full: FullBooking | null): void {
    form.reset();
    const { person, person_id, party_size, legs: known } = item.extendedProps;
    control("title").value = item.title;
    people?.set(person ? { id: person_id ?? "", label: person } : null);
    times.set(instant(item.start), instant(item.end));
    if (party_size != null) control("party_size").value = String(party_size);
    if (full) {
      control("note").value = full.note;
      control("visibility").value = full.visibility;
    }
    legs.set(known ?? item.resourceIds.map((resource_id): Leg => ({ resource_id })));
  }
  /** The feed leaves the note out; without it the form would say there is none. */
  const readFull = (item: Item): Promise<FullBooking | null> => options.actions.read(item).catch(() => null);

  return {
    isOpen: () => dialog.open,
    openNew(slot) {
      editing = null;
      form.reset();
      people?.set(null);
      if ("day" in slot) times.set(...usualTimes(slot.day, zone));
      else if (slot.start.includes("T")) times.set(instant(slot.start), instant(slot.end));
      else times.set(...usualTimes(slot.start, zone));
      legs.set(slot.resourceId ? [{ resource_id: slot.resourceId }] : []);
      return open(texts.new_booking, texts.save_new, "title");
    },
    async openChange(item) {
      const full = await readFull(item);
      editing = item;
      fillFrom(item, full);
      show("note", full !== null);
      show("visibility", full !== null);
      await open(texts.edit_booking, texts.save_change, "date");
    },
    async openCopy(item) {
      const full = await readFull(item);
      editing = null;
      fillFrom(item, full);
      await open(texts.new_booking, texts.save_new, "date");
    },
  };
}
