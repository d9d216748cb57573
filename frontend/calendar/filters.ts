/** What of the house the filters leave. Pure. */
import { closesHours, isPlanned, type Item, type Resource } from "./feed";
import type { Filters } from "./state";
import { meets, parseWish } from "./wishes";

/** Is it of the kind, with the features, and large enough? */
export function resourceFits(resource: Resource, { kind, features, people }: Filters): boolean {
  const isOfKind = kind === "all" || resource.kind === kind;
  const isLargeEnough = !people || (resource.capacity ?? 0) >= people;
  return isOfKind && isLargeEnough && features.every((wish) => has(resource, wish));
}

/** Closed time is always shown; of bookings those in the state, of the person and with the words that are asked for. */
export function itemFits(item: Item, { status, person, text }: Filters): boolean {
  if (!isPlanned(item)) return true;
  const { status: state = "", person_id, person: name } = item.extendedProps;
  if (status.length && !status.includes(state)) return false;
  if (person && person_id !== person) return false;
  return containsWords(`${item.title} ${name ?? ""}`, text);
}

/** What a view draws: items of shown resources. A month has no room to say when each of many rooms is closed. */
export function itemsFor(items: Item[], resourceIds: Set<string>, filters: Filters, isMonth: boolean): Item[] {
  return items.filter(
    (item) =>
      item.resourceIds.some((id) => resourceIds.has(id)) && itemFits(item, filters) && !(isMonth && closesHours(item)),
  );
}

/** Resources by their group, in the order given; those without one come last, under an empty name. */
export function grouped(resources: Resource[]): [string, Resource[]][] {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const name = resource.group ?? "";
    groups.set(name, [...(groups.get(name) ?? []), resource]);
  }
  const rest = groups.get("");
  groups.delete("");
  return [...groups, ...(rest ? [["", rest] as [string, Resource[]]] : [])];
}

/** A wish that makes no sense is met by nothing, as the server refuses it. */
function has({ features = {} }: Resource, text: string): boolean {
  const wish = parseWish(text);
  return wish !== null && meets(features[wish.key], wish);
}

/** Every word, anywhere, whatever its accents and capitals. */
function containsWords(text: string, words: string): boolean {
  const plain = bare(text);
  return bare(words)
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

function bare(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}
