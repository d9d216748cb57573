/** Which of the house's resources are there, which the filters leave, which somebody switched off. */
import type { Item, Resource } from "./feed";
import { resourceFits } from "./filters";
import { readHidden, writeHidden, type State } from "./state";
import { mostResources } from "./views";

export interface Rooms {
  /** Empty until they are known. */
  all(): Resource[];
  areKnown(): boolean;
  know(all: Resource[]): void;
  /** What the filters leave. */
  listed(): Resource[];
  /** And nobody switched off. */
  chosen(): Resource[];
  chosenIds(): Set<string>;
  /** What is drawn: none where so many columns would be needed that nobody could read them. */
  drawn(): Resource[];
  hidden(): Set<string>;
  hide(hidden: Set<string>): void;
  /** The names of what an item takes. */
  placeOf(item: Item): string;
}

export interface RoomsOptions {
  organisation: string;
  state(): State;
  /** Whether it is free at the time that is asked for. */
  isFree(id: string): boolean;
}

export function createRooms({ organisation, state, isFree }: RoomsOptions): Rooms {
  let hidden = readHidden(organisation);
  let resources: Resource[] | null = null;
  const all = (): Resource[] => resources ?? [];
  const listed = (): Resource[] => all().filter((each) => resourceFits(each, state().filters) && isFree(each.id));
  const chosen = (): Resource[] => listed().filter(({ id }) => !hidden.has(id));

  return {
    all,
    areKnown: () => resources !== null,
    know: (known) => (resources = known),
    listed,
    chosen,
    chosenIds: () => new Set(chosen().map(({ id }) => id)),
    drawn: () => (chosen().length > mostResources(state().view) ? [] : chosen()),
    hidden: () => hidden,
    hide(next) {
      hidden = next;
      writeHidden(organisation, next);
    },
    placeOf: (item) => item.resourceIds.flatMap((id) => all().find((each) => each.id === id)?.name ?? []).join(", "),
  };
}
