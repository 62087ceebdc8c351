/**
 * Audit trail: which key changed which record, when, and which fields. An entry is inserted in the transaction of the
 * change, contains names and numbers and never a value, and is immutable: the database rejects changes.
 */
import { type Api, type Decoded, invalid, notFound, type Output } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import { type RequestContext, brandScope, canSeeBrand, systemKeyId } from "./context.ts";
import { toPage, type PagePosition, parsePage } from "./pagination.ts";

/** Details of a command for the audit trail. */
export interface AuditDetails {
  /** the record concerned, where the response's id is that of another one */
  subjectId?: number | undefined;
  brandId?: number | undefined;
  /** the names of the fields that changed */
  fields?: readonly string[] | undefined;
}

const insertEntries: Statement = {
  name: "audit_insert",
  text: `INSERT INTO audit_entry (key_id, operation, entity, subject_id, brand_id, fields, outcome, client_user)
    SELECT key_id, operation, kind, subject_id, $1, fields::text[], outcome, client_user
      FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[])
        AS e (key_id, operation, kind, subject_id, fields, outcome, client_user)`,
};

interface AuditEntry {
  keyId: number | null;
  operation: string;
  entity: string;
  id: number;
  fields: readonly string[];
  outcome: string;
  clientUser: string | null;
}

async function insert(tx: Tx, brandId: number | null, entries: readonly AuditEntry[]): Promise<void> {
  await tx.row(insertEntries, [
    brandId,
    entries.map(({ keyId }) => keyId),
    entries.map(({ operation }) => operation),
    entries.map(({ entity }) => entity),
    entries.map(({ id }) => id),
    entries.map(({ fields }) => `{${fields.map((name) => JSON.stringify(name)).join()}}`),
    entries.map(({ outcome }) => outcome),
    entries.map(({ clientUser }) => clientUser),
  ]);
}

const entryOf = ({ caller, operation, entity, clientUser }: RequestContext) => ({
  clientUser: clientUser ?? null,
  keyId: caller.keyId === systemKeyId ? null : caller.keyId,
  operation,
  entity,
});

/** Appends an entry for each of several records of one brand, or of none, with the names of its changed fields. */
export function appendAuditEntries(
  tx: Tx,
  brandId: number | null,
  all: readonly { ctx: RequestContext; id: number; outcome: string; fields: readonly string[] }[],
): Promise<void> {
  return insert(
    tx,
    brandId,
    all.map(({ ctx, id, outcome, fields }) => ({ ...entryOf(ctx), id, outcome, fields })),
  );
}

/** Appends an entry for a change by Dossier itself. */
export function appendSystemAuditEntry(
  tx: Tx,
  operation: string,
  entity: string,
  { id, outcome, fields = [] }: { id: number; outcome: string; fields?: readonly string[] },
  brandId: number | null,
): Promise<void> {
  return insert(tx, brandId, [{ keyId: null, operation, entity, id, outcome, fields, clientUser: null }]);
}

interface AuditRow {
  id: number;
  at: Date;
  key_id: number | null;
  operation: string;
  kind: string;
  subject_id: number;
  brand_id: number | null;
  fields: string[];
  outcome: string;
  client_user: string | null;
}

type Filters = Decoded<Api["audit"]["list"]>;

/** The conditions of a list, each by its filter and its comparison; every index ends in the list's order. */
const conditions = {
  brands: (n: number) => `brand_id = ANY ($${n}::bigint[])`,
  brandId: (n: number) => `brand_id = $${n}`,
  keyId: (n: number) => `key_id = $${n}`,
  operation: (n: number) => `operation = $${n}`,
  kind: (n: number) => `entity = $${n}`,
  subjectId: (n: number) => `subject_id = $${n}`,
  since: (n: number) => `at >= $${n}`,
  until: (n: number) => `at < $${n}`,
};
type Condition = keyof typeof conditions;

/** A statement has a name for each set of conditions; PostgreSQL keeps 63 bytes of it. */
function statementSuffix(filters: readonly [Condition, unknown][]): string {
  const order = Object.keys(conditions);
  return filters.map(([name]) => order.indexOf(name)).join("");
}

const maxCounted = 10_000;

/** A page of the trail, newest first. */
export async function listAudit(ctx: RequestContext, input: Filters): Promise<Output<Api["audit"]["list"]>> {
  validateFilters(ctx, input);
  const place = parsePage(ctx, "audit", input);
  const filters = conditionsOf(ctx, input);
  const [rows, total] = await Promise.all([readPage(ctx, place, filters), countEntries(ctx, filters)]);
  return toPage(ctx, place, rows, total, (row) => [row.at.getTime(), row.id], toWireEntry);
}

function validateFilters(ctx: RequestContext, input: Filters): void {
  if (input.brandId !== undefined && !canSeeBrand(ctx.caller, input.brandId)) throw notFound("brand");
  if ((input.kind === undefined) !== (input.subjectId === undefined))
    throw invalid([
      input.kind === undefined
        ? { field: "kind", message: "is required with subject_id" }
        : { field: "subject_id", message: "is required with kind" },
    ]);
}

function conditionsOf(ctx: RequestContext, input: Filters): [Condition, unknown][] {
  const scope = brandScope(ctx.caller);
  const { brandId, keyId, operation, kind, subjectId, since, until } = input;
  const sent = { brandId, keyId, operation, kind, subjectId, since, until };
  const own: [Condition, unknown][] = scope === null || brandId !== undefined ? [] : [["brands", scope]];
  return [
    ...own,
    ...(Object.entries(sent) as [Condition, unknown][]).filter(([, value]) => value !== undefined),
  ];
}

function whereClause(filters: readonly [Condition, unknown][], from: number): string {
  return filters.map(([name], at) => ` AND ${conditions[name](from + at)}`).join("");
}

function readPage(
  ctx: RequestContext,
  place: PagePosition,
  filters: readonly [Condition, unknown][],
): Promise<AuditRow[]> {
  const text = `SELECT id, at, key_id, operation, entity AS kind, subject_id, brand_id, fields, outcome, client_user
    FROM audit_entry
    WHERE (at, id) < ($1, $2)${whereClause(filters, 5)} ORDER BY at DESC, id DESC OFFSET $3 LIMIT $4`;
  const [at, id] = place.after ?? [];
  const before = [at === undefined ? "infinity" : new Date(at), id ?? 0];
  const values = [
    ...before,
    place.after ? 0 : place.start,
    place.limit + 1,
    ...filters.map(([, value]) => value),
  ];
  return ctx.db.rows<AuditRow>({ name: `audit_page_${statementSuffix(filters)}`, text }, values);
}

const entryTotal: Statement = {
  name: "audit_total",
  text: "SELECT coalesce(sum(count), 0)::bigint AS count FROM row_count WHERE table_name = 'audit_entry'",
};

/** Exact for the whole trail; a part is counted up to the limit of all totals. */
async function countEntries(
  ctx: RequestContext,
  filters: readonly [Condition, unknown][],
): Promise<{ count: number; capped?: boolean }> {
  if (filters.length === 0) return (await ctx.db.row<{ count: number }>(entryTotal)) ?? { count: 0 };
  const text = `SELECT count(*) AS count FROM (SELECT FROM audit_entry WHERE true${whereClause(filters, 1)}
    LIMIT ${maxCounted + 1}) AS part`;
  const name = `audit_count_${statementSuffix(filters)}`;
  const found = await ctx.db.row<{ count: number }>(
    { name, text },
    filters.map(([, value]) => value),
  );
  const count = found?.count ?? 0;
  return { count: Math.min(count, maxCounted), capped: count > maxCounted };
}

function toWireEntry({ at, ...row }: AuditRow) {
  return { ...row, at: at.toISOString() };
}
