/**
 * Filters of lists. Each set of filters that a list takes has a statement whose cost an index bounds; a set that has none
 * is refused with the names of what goes together.
 */
import { type ChannelType, findType, invalid } from "@dossier/api";
import { type RequestContext, wireNameOf } from "./context.ts";

/** Filters, by our names, of which any part goes together; `sort=…` stands for an order. */
export type FilterSet = readonly string[];

/**
 * Refuses filters that no index bounds together.
 *
 * @param sent what was sent, by our names
 * @throws DossierError `invalid_field`, which names the filter, those beside it, and what goes
 */
export function assertFilters(
  ctx: RequestContext,
  sent: readonly string[],
  sets: readonly FilterSet[],
): void {
  if (sets.some((set) => sent.every((one) => set.includes(one)))) return;
  const [first = "", ...others] = sent;
  const beside = others.map((one) => shown(ctx, one)).join(" and ");
  const fitting = sets.filter((set) => set.includes(first)).map((set) => set.filter((one) => one !== first));
  const partners = [...new Set(fitting.flat())].map((one) => shown(ctx, one));
  const goes = partners.length === 0 ? "it goes alone" : `it goes with ${partners.join(", ")}`;
  throw invalid([
    { field: wireNameOf(ctx, nameOf(first)), message: `cannot be sent together with ${beside}: ${goes}` },
  ]);
}

const nameOf = (filter: string) => filter.split("=")[0] as string;

function shown(ctx: RequestContext, filter: string): string {
  const [name = "", order] = filter.split("=");
  const field = name === "custom" ? "custom_<name>" : wireNameOf(ctx, name);
  return order === undefined ? field : `${field}=${order}`;
}

/** The channel type that a filter names. @throws DossierError `invalid_field` */
export function filteredType(ctx: RequestContext, field: string, nameOrNumber: string): ChannelType {
  const type = findType(ctx.channelTypes, nameOrNumber);
  if (type) return type;
  throw invalid([{ field: wireNameOf(ctx, field), message: "must be one channel type, by number or name" }]);
}
