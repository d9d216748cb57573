/** What people do with bookings here: each asks the server, tells what happened, and offers the way back. */
import { Problem, sentence, type Api } from "../shared/api";
import { formatDaySpan, instant } from "../shared/dates";
import { ask } from "../shared/dialog";
import { fill } from "../shared/texts";
import { showToast } from "../shared/toast";
import { legsFor, type Booking, type BookingRequest, type FullBooking, type Item, type Resource } from "./feed";
import type { Move } from "./grid";
import type { Texts } from "./texts";
import { createUndo } from "./undo";

export interface ActionOptions {
  api: Api;
  bookingsUrl: string;
  zone: string;
  locale: string;
  texts: Texts;
  resource(id: string): Resource | undefined;
  /** Shows the days as the server has them now. */
  refresh(): void;
}

/** A step that is an operation of its own. */
export type OwnStep = "prolong" | "check-in" | "give-back";

export interface Actions {
  /** The booking with all that the feed does not say of it. Throws Problem. */
  read(item: Item): Promise<FullBooking>;
  /** Throws Problem. */
  create(request: BookingRequest): Promise<void>;
  /** Throws Problem. */
  change(item: Item, request: BookingRequest): Promise<void>;
  /** Moves, or with Alt books another like it. Takes a drag back when it is refused, and says why. */
  move(move: Move): Promise<void>;
  /** The steps of a booking say what went wrong themselves. */
  confirm(item: Item): Promise<void>;
  /** Asks first. */
  decline(item: Item): Promise<void>;
  /** Asks first. */
  cancel(item: Item): Promise<void>;
  step(item: Item, step: OwnStep, said: string): Promise<void>;
  /** Takes the latest thing back, if it is not too long ago. */
  undo(): boolean;
}

export function createActions({ api, bookingsUrl, zone, locale, texts, resource, refresh }: ActionOptions): Actions {
  const root = bookingsUrl.replace(/\/$/, "");
  const address = (id: string, more = ""): string => `${root}/${encodeURIComponent(id)}${more}`;
  const patch = (id: string, body: unknown, version?: number): Promise<Booking> =>
    api.patch(address(id), body, version);
  const complain = (error: unknown): void => {
    const reasons =
      error instanceof Problem
        ? error.reasons.flatMap(({ detail }) => (detail && detail !== error.detail ? [detail] : []))
        : [];
    showToast({ text: [sentence(error), ...reasons].join(" "), tone: "error", closeLabel: texts.close });
    // Someone was faster: what is on the screen is not how it is.
    if (error instanceof Problem && (error.status === 412 || error.status === 404)) refresh();
  };
  const undo = createUndo({ texts, complain, refresh });
  /** What a change replaced, to put it back. */
  const before = (item: Item, request: BookingRequest, full: FullBooking | null): BookingRequest => ({
    ...(request.starts_at ? { starts_at: item.start } : {}),
    ...(request.ends_at ? { ends_at: item.end } : {}),
    ...(request.legs ? { legs: legsFor(item, item.resourceIds) } : {}),
    ...("title" in request ? { title: item.title } : {}),
    ...("person_id" in request ? { person_id: item.extendedProps.person_id ?? null } : {}),
    ...("party_size" in request && item.extendedProps.party_size ? { party_size: item.extendedProps.party_size } : {}),
    ...("note" in request && full ? { note: full.note } : {}),
    ...("visibility" in request && full ? { visibility: full.visibility } : {}),
  });
  const savedText = (item: Item, request: BookingRequest): string => {
    if (!request.starts_at && !request.ends_at && !request.legs) return texts.saved;
    const [from, until] = [instant(request.starts_at ?? item.start), instant(request.ends_at ?? item.end)];
    const time = formatDaySpan(from, until, zone, locale);
    if (!request.legs) return fill(texts.moved, { time });
    const place = request.legs.map(({ resource_id }) => resource(resource_id ?? "")?.name ?? "").join(", ");
    return fill(texts.moved_place, { place, time });
  };
  /** A step that ends in the words of what was done, or of why it could not be. */
  async function tell(
    said: string,
    run: () => Promise<Booking>,
    back?: (done: Booking) => Promise<unknown>,
  ): Promise<void> {
    try {
      const done = await run();
      if (back) undo.offer(said, () => back(done));
      else showToast({ text: said, closeLabel: texts.close });
      refresh();
    } catch (error) {
      complain(error);
    }
  }
  async function end(item: Item, status: "declined" | "cancelled", reason: string, said: string): Promise<void> {
    const body = { status, ...(reason ? { reason } : {}) };
    // Only whoever ended it, and only for a moment; the server knows both, and whether the time is still free.
    const back = (): Promise<unknown> => api.post(address(item.id, "/restore"), {});
    await tell(said, () => patch(item.id, body, item.extendedProps.version), back);
  }
  async function create(request: BookingRequest): Promise<void> {
    const { id, status, version, series_id } = await api.post<Booking>(root, request);
    const told = { pending: texts.created_pending, hold: texts.created_hold }[status] ?? texts.created;
    const said = fill(series_id ? texts.created_series : told, { title: request.title ?? "" });
    const reason = texts.undone_reason;
    undo.offer(said, () =>
      series_id
        ? api.post(`${seriesUrl}/${series_id}/cancel`, { scope: "all", reason })
        : patch(id, { status: "cancelled", reason }, version),
    );
    refresh();
  }
  const seriesUrl = root.replace(/bookings$/, "series");

  return {
    read: (item) => api.get<FullBooking>(address(item.id)),
    create,
    async change(item, request) {
      if (!Object.keys(request).length) return;
      const full = "note" in request || "visibility" in request ? await this.read(item) : null;
      const { version } = await patch(item.id, request, item.extendedProps.version);
      undo.offer(savedText(item, request), () => patch(item.id, before(item, request, full), version));
      refresh();
    },
    async move({ item, starts_at, ends_at, resourceIds, isCopy, revert }) {
      const request: BookingRequest = {
        ...(starts_at ? { starts_at } : {}),
        ...(ends_at ? { ends_at } : {}),
        ...(resourceIds ? { legs: legsFor(item, resourceIds) } : {}),
      };
      if (isCopy) revert();
      try {
        if (isCopy) await create({ ...copyOf(item, await this.read(item)), ...request });
        else await this.change(item, request);
      } catch (error) {
        revert();
        complain(error);
      }
    },
    confirm: (item) => tell(texts.confirmed, () => patch(item.id, { status: "confirmed" }, item.extendedProps.version)),
    async decline(item) {
      const answer = await ask({
        title: texts.decline_title,
        text: item.title,
        confirm: texts.decline_do,
        cancel: texts.never_mind,
        danger: true,
        reason: { label: texts.decline_reason, required: true },
      });
      if (answer) await end(item, "declined", answer.reason, texts.declined);
    },
    async cancel(item) {
      const answer = await ask({
        title: texts.cancel_title,
        text: item.title,
        confirm: texts.cancel_do,
        cancel: texts.never_mind,
        danger: true,
        reason: { label: texts.cancel_reason, required: false },
      });
      if (answer) await end(item, "cancelled", answer.reason, texts.cancelled);
    },
    step: (item, step, said) => tell(said, () => api.post<Booking>(address(item.id, `/${step}`), {})),
    undo: undo.take,
  };
}

/** What another booking like this one asks for. */
export function copyOf(item: Item, { note, visibility }: FullBooking): BookingRequest {
  const { person_id, party_size } = item.extendedProps;
  return {
    title: item.title,
    starts_at: item.start,
    ends_at: item.end,
    legs: legsFor(item, item.resourceIds),
    status: null,
    ...(person_id ? { person_id } : {}),
    ...(party_size ? { party_size } : {}),
    ...(note ? { note } : {}),
    visibility,
  };
}
