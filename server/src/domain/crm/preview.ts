/** Preview of a CRM lookup: the request, the response, and what would be applied. Changes nothing. */
import {
  type Api,
  type Decoded,
  DossierError,
  type Fault,
  type Output,
  type RawCustomField,
} from "@dossier/api";
import type { Db } from "../../db/database.ts";
import type { RequestContext } from "../context.ts";
import { customerFields } from "../customer-fields.ts";
import { CrmError, mapResult, parseResults, type CrmResult } from "./response.ts";
import { requestLookup as askCrm, type CrmBrand, findCrmBrand } from "./client.ts";
import { lookupUrl } from "./query.ts";
import { lookupRequest } from "./sync.ts";
import { planCustomValuesLeniently, readFieldFacts } from "../customer/custom-values.ts";
import { fitCustomValues } from "../customer/size.ts";

type CrmPreview = Output<Api["brand"]["crmTest"]>["item"];

/** Sends a request to a brand's CRM and reports its outcome. */
export async function previewLookup(
  ctx: RequestContext,
  { id, ...input }: Decoded<Api["brand"]["crmTest"]>,
): Promise<Output<Api["brand"]["crmTest"]>> {
  const { query } = lookupRequest(ctx, input);
  const brand = await findCrmBrand(ctx, id);
  if (brand.crm_lookup_url === "")
    throw new DossierError("crm_not_configured", "This brand has no CRM: set its crm_lookup_url.");
  const startedAt = performance.now();
  const item: CrmPreview = {
    url: lookupUrl(brand.crm_lookup_url, query),
    headers: brand.crm_header_names,
    status: null,
    milliseconds: 0,
    results: null,
    failure: null,
    mapped: [],
  };
  try {
    const response = await askCrm(ctx, brand, query);
    item.status = response.status;
    const results = parseResults(brand, response);
    item.results = results.length;
    item.mapped = await Promise.all(results.map((result) => previewResult(ctx, brand, result)));
  } catch (error) {
    if (!(error instanceof CrmError)) throw error;
    item.failure = { code: error.code, message: error.message };
  }
  item.milliseconds = Math.round(performance.now() - startedAt);
  return { type: "item", item };
}

async function previewResult(
  ctx: RequestContext,
  brand: CrmBrand,
  result: CrmResult,
): Promise<CrmPreview["mapped"][number]> {
  const { fields, channels, custom, skipped } = mapResult(brand, ctx.channelTypes, result);
  const { values, faults } = await previewCustomValues(ctx.db, brand, custom);
  const texts = Object.fromEntries(customerFields.map(({ name, wire }) => [wire, fields[name] ?? ""]));
  return {
    ...(texts as Record<(typeof customerFields)[number]["wire"], string>),
    channels: channels.map(({ typeId, typeName, address }) => ({
      channel_id: ctx.channelTypes.find((type) => type.id === typeId)?.channel_id ?? typeId,
      channel_name: typeName,
      address,
    })),
    custom: values,
    skipped: [...skipped, ...faults],
  };
}

/** The values that a result would produce; missing fields are not created. */
async function previewCustomValues(
  db: Db,
  brand: CrmBrand,
  sent: readonly RawCustomField[],
): Promise<{ values: { field: string; value: string }[]; faults: Fault[] }> {
  const facts = await db.transaction((tx) => readFieldFacts(tx, brand.id, sent));
  const { changes, faults } = planCustomValuesLeniently(brand, facts, sent);
  const named = changes.map((change) =>
    change.fieldId < 0 ? change : { ...change, field: `custom_${change.name}` },
  );
  const values = fitCustomValues(
    named.toSorted((a, b) => Number(a.fieldId < 0) - Number(b.fieldId < 0)),
    faults,
  );
  return { values: values.map(({ field, value }) => ({ field, value })), faults };
}
