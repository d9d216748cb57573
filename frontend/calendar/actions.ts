/** What people do with bookings here: each asks the server, tells what happened, and offers the way back. */
import { Problem, sentence, type Api } from "../shared/api";
import { formatSpan, instant } from "../shared/dates";
import { ask } from "../shared/dialog";
import { fill } from "../shared/texts";
import { showToast } from "../shared/toast";
import { legsFor, type Booking, type BookingRequest, type Item, type Resource } from "./feed";
import type { Move } from "./grid";
import type { Texts } from "./texts";

export interface ActionOptions {
  api: Api;
  bookingsUrl: string;
  zone: string;
  locale: string;
  texts: Texts;
  resource(id: string): Resource | undefined;
  /** Shows the day as the server has it now. */
  refresh(): void;
}

export interface Actions {
  /** Throws Problem. */
  create(request: BookingRequest): Promise<void>;
  /** Throws Problem. */
  change(item: Item, request: BookingRequest): Promise<void>;
  /** Takes a drag back when it is refused, and says why. */
  move(move: Move): Promise<void>;
  /** Throws Problem. */
  confirm(item: Item): Promise<void>;
  /** Asks first; false when the person thought better of it. Throws Problem. */
  decline(item: Item): Promise<boolean>;
  cancel(item: Item): Promise<boolean>;
}

export function createActions({ api, bookingsUrl, zone, locale, texts, resource, refresh }: ActionOptions): Actions {
  const address = (id: string): string => `${bookingsUrl.replace(/\/$/, "")}/${encodeURIComponent(id)}`;
  const patch = (id: string, body: unknown, version?: number): Promise<Booking> =>
    api.patch(address(id), body, version);
  const tell = (text: string, undo?: () => Promise<unknown>): void => {
    const take = undo && {
      label: texts.undo,
      run: () =>
        void undo()
          .then(() => showToast({ text: texts.undone, closeLabel: texts.close }), complain)
          .finally(refresh),
    };
    showToast({ text, closeLabel: texts.close, ...(take ? { action: take } : {}) });
  };
  const complain = (error: unknown): void => {
    const reasons =
      error instanceof Problem
        ? error.reasons.flatMap(({ detail }) => (detail && detail !== error.detail ? [detail] : []))
        : [];
    showToast({ text: [sentence(error), ...reasons].join(" "), tone: "error", closeLabel: texts.close });
  };
  /** What a change replaced, to put it back. */
  const before = (item: Item, request: BookingRequest): BookingRequest => ({
    ...(request.starts_at ? { starts_at: item.start } : {}),
    ...(request.ends_at ? { ends_at: item.end } : {}),
    ...(request.legs ? { legs: legsFor(item, item.resourceIds) } : {}),
    ...("title" in request ? { title: item.title } : {}),
    ...("person_id" in request ? { person_id: item.extendedProps.person_id ?? null } : {}),
    ...("party_size" in request && item.extendedProps.party_size ? { party_size: item.extendedProps.party_size } : {}),
  });
  const savedText = (item: Item, request: BookingRequest): string => {
    if (!request.starts_at && !request.ends_at && !request.legs) return texts.saved;
    const time = formatSpan(
      instant(request.starts_at ?? item.start),
      instant(request.ends_at ?? item.end),
      zone,
      locale,
    );
    if (!request.legs) return fill(texts.moved, { time });
    const place = request.legs.map(({ resource_id }) => resource(resource_id)?.name ?? "").join(", ");
    return fill(texts.moved_place, { place, time });
  };
  async function step(item: Item, body: { status: string; reason?: string }, said: string): Promise<void> {
    await patch(item.id, body, item.extendedProps.version);
    showToast({ text: said, closeLabel: texts.close });
    refresh();
  }

  return {
    async create(request) {
      const { id, status, version } = await api.post<Booking>(bookingsUrl, request);
      const said = { pending: texts.created_pending, hold: texts.created_hold }[status] ?? texts.created;
      tell(fill(said, { title: request.title ?? "" }), () =>
        patch(id, { status: "cancelled", reason: texts.undone_reason }, version),
      );
      refresh();
    },
    async change(item, request) {
      if (!Object.keys(request).length) return;
      const { version } = await patch(item.id, request, item.extendedProps.version);
      tell(savedText(item, request), () => patch(item.id, before(item, request), version));
      refresh();
    },
    async move({ item, starts_at, ends_at, resourceIds, revert }) {
      const request: BookingRequest = {
        ...(starts_at ? { starts_at } : {}),
        ...(ends_at ? { ends_at } : {}),
        ...(resourceIds ? { legs: legsFor(item, resourceIds) } : {}),
      };
      try {
        await this.change(item, request);
      } catch (error) {
        revert();
        complain(error);
        // Someone was faster: the day on the screen is not the day as it is.
        if (error instanceof Problem && (error.status === 412 || error.status === 404)) refresh();
      }
    },
    confirm: (item) => step(item, { status: "confirmed" }, texts.confirmed),
    async decline(item) {
      const answer = await ask({
        title: texts.decline_title,
        confirm: texts.decline_do,
        cancel: texts.never_mind,
        danger: true,
        reason: { label: texts.decline_reason, required: true },
      });
      if (answer) await step(item, { status: "declined", reason: answer.reason }, texts.declined);
      return answer !== null;
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
      if (answer)
        await step(item, { status: "cancelled", ...(answer.reason ? { reason: answer.reason } : {}) }, texts.cancelled);
      return answer !== null;
    },
  };
}
