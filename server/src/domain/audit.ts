/**
 * The audit trail: which key did what to which thing, when, with which fields. An entry is written in the transaction
 * of what it tells, holds names and numbers and never a value, and is never changed: the database refuses it.
 */
import { type Api, type Decoded, invalid, notFound, type Output } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import { type Ask, scopeOf, sees } from "./context.ts";
import { pageOf, type Place, placeOf } from "./pagination.ts";

/** What the trail says of a piece of work beyond its answer. */
export interface Trail {
  /** what it was about, where the answer's id is that of something else */
  subjectId?: number | undefined;
  brandId?: number | undefined;
  /** the names of the fields that changed */
  fields?: readonly string[] | undefined;
}

const insertEntries: Statement = {
  name: "audit_insert",
  text: `INSERT INTO audit (key_id, operation, kind, subject_id, brand_id, fields, outcome)
    SELECT key_id, operation, kind, subject_id, $1, fields::text[], outcome
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
        AS e (key_id, operation, kind, subject_id, fields, outcome)`,
};

interface Entry {
  keyId: number | null;
  operation: string;
  about: string;
  id: number;
  fields: readonly string[];
  outcome: string;
}

async function insert(tx: Tx, brandId: number | null, entries: readonly Entry[]): Promise<void> {
  await tx.row(insertEntries, [
    brandId,
    entries.map(({ keyId }) => keyId),
    entries.map(({ operation }) => operation),
    entries.map(({ about }) => about),
    entries.map(({ id }) => id),
    entries.map(({ fields }) => `{${fields.map((name) => JSON.stringify(name)).join()}}`),
    entries.map(({ outcome }) => outcome),
  ]);
}

const entryOf = ({ caller, operation, about }: Ask) => ({ keyId: caller.keyId, operation, about });

/** Writes down what an operation of a caller did. */
export function recordDone(
  tx: Tx,
  ask: Ask,
  { id, outcome }: { id: number; outcome: string },
  { subjectId = id, brandId, fields = [] }: Trail = {},
): Promise<void> {
  return insert(tx, brandId ?? null, [{ ...entryOf(ask), id: subjectId, fields, outcome }]);
}

/** Writes down what several operations did to things of one brand, each with the names of the fields that changed. */
export function recordAll(
  tx: Tx,
  brandId: number,
  all: readonly { ask: Ask; id: number; outcome: string; fields: readonly string[] }[],
): Promise<void> {
  return insert(
    tx,
    brandId,
    all.map(({ ask, id, outcome, fields }) => ({ ...entryOf(ask), id, outcome, fields })),
  );
}

/** Writes down what Dossier did by itself. */
export function recordOwn(
  tx: Tx,
  operation: string,
  about: string,
  { id, outcome, fields = [] }: { id: number; outcome: string; fields?: readonly string[] },
  brandId: number,
): Promise<void> {
  return insert(tx, brandId, [{ keyId: null, operation, about, id, outcome, fields }]);
}

interface Row {
  id: number;
  at: Date;
  key_id: number | null;
  operation: string;
  kind: string;
  subject_id: number;
  brand_id: number | null;
  fields: string[];
  outcome: string;
}

type Filters = Decoded<Api["audit"]["list"]>;

/** The conditions of a list, each by what it is called and what it compares; every index ends in the list's order. */
const conditions = {
  brands: (n: number) => `brand_id = ANY ($${n}::bigint[])`,
  brandId: (n: number) => `brand_id = $${n}`,
  keyId: (n: number) => `key_id = $${n}`,
  operation: (n: number) => `operation = $${n}`,
  kind: (n: number) => `kind = $${n}`,
  subjectId: (n: number) => `subject_id = $${n}`,
  since: (n: number) => `at >= $${n}`,
  until: (n: number) => `at < $${n}`,
};
type Condition = keyof typeof conditions;

/** A statement has a name for each set of conditions; PostgreSQL keeps 63 letters of it. */
function nameOf(filters: readonly [Condition, unknown][]): string {
  const order = Object.keys(conditions);
  return filters.map(([name]) => order.indexOf(name)).join("");
}

const mostCounted = 10_000;

/** A page of the trail, newest first. */
export async function listAudit(ask: Ask, input: Filters): Promise<Output<Api["audit"]["list"]>> {
  checkFilters(ask, input);
  const place = placeOf(ask, "audit", input);
  const filters = filtersOf(ask, input);
  const [rows, total] = await Promise.all([readPage(ask, place, filters), countAll(ask, filters)]);
  return pageOf(ask, place, rows, total, (row) => [row.at.getTime(), row.id], showEntry);
}

function checkFilters(ask: Ask, input: Filters): void {
  if (input.brandId !== undefined && !sees(ask.caller, input.brandId)) throw notFound("brand");
  if ((input.kind === undefined) !== (input.subjectId === undefined))
    throw invalid([
      input.kind === undefined
        ? { field: "kind", message: "is required with subject_id" }
        : { field: "subject_id", message: "is required with kind" },
    ]);
}

function filtersOf(ask: Ask, input: Filters): [Condition, unknown][] {
  const scope = scopeOf(ask.caller);
  const { brandId, keyId, operation, kind, subjectId, since, until } = input;
  const sent = { brandId, keyId, operation, kind, subjectId, since, until };
  const own: [Condition, unknown][] = scope === null || brandId !== undefined ? [] : [["brands", scope]];
  return [
    ...own,
    ...(Object.entries(sent) as [Condition, unknown][]).filter(([, value]) => value !== undefined),
  ];
}

function whereOf(filters: readonly [Condition, unknown][], from: number): string {
  return filters.map(([name], at) => ` AND ${conditions[name](from + at)}`).join("");
}

function readPage(ask: Ask, place: Place, filters: readonly [Condition, unknown][]): Promise<Row[]> {
  const text = `SELECT id, at, key_id, operation, kind, subject_id, brand_id, fields, outcome FROM audit
    WHERE (at, id) < ($1, $2)${whereOf(filters, 5)} ORDER BY at DESC, id DESC OFFSET $3 LIMIT $4`;
  const [at, id] = place.after ?? [];
  const before = [at === undefined ? "infinity" : new Date(at), id ?? 0];
  const values = [
    ...before,
    place.after ? 0 : place.start,
    place.limit + 1,
    ...filters.map(([, value]) => value),
  ];
  return ask.db.rows<Row>({ name: `audit_page_${nameOf(filters)}`, text }, values);
}

const allCounted: Statement = {
  name: "audit_total",
  text: "SELECT coalesce(sum(n), 0)::bigint AS count FROM row_count WHERE kind = 'audit'",
};

/** Exact for the whole trail; of a part of it, as far as anybody counts. */
async function countAll(
  ask: Ask,
  filters: readonly [Condition, unknown][],
): Promise<{ count: number; capped?: boolean }> {
  if (filters.length === 0) return (await ask.db.row<{ count: number }>(allCounted)) ?? { count: 0 };
  const text = `SELECT count(*) AS count FROM (SELECT FROM audit WHERE true${whereOf(filters, 1)}
    LIMIT ${mostCounted + 1}) AS part`;
  const name = `audit_count_${nameOf(filters)}`;
  const found = await ask.db.row<{ count: number }>(
    { name, text },
    filters.map(([, value]) => value),
  );
  const count = found?.count ?? 0;
  return { count: Math.min(count, mostCounted), capped: count > mostCounted };
}

function showEntry({ at, ...row }: Row) {
  return { ...row, at: at.toISOString() };
}
