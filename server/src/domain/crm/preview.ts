/** Trying a brand's CRM: what is asked, what comes back, and what would be taken over. Changes nothing. */
import { type Api, type Decoded, DossierError, type Output } from "@dossier/api";
import type { Ask } from "../context.ts";
import { CrmFailure, mapResult, readResults, type Result } from "./response.ts";
import { ask as askCrm, type CrmBrand, findCrmBrand } from "./client.ts";
import { lookupUrl } from "./query.ts";
import { questionOf } from "./sync.ts";
import { previewFitting } from "../customer/custom-values.ts";

type Trial = Output<Api["brand"]["crmTest"]>["item"];

/** Asks a brand's CRM and tells what came of it. */
export async function tryCrm(
  ask: Ask,
  { id, ...input }: Decoded<Api["brand"]["crmTest"]>,
): Promise<Output<Api["brand"]["crmTest"]>> {
  const { asked } = questionOf(ask, input);
  const brand = await findCrmBrand(ask, id);
  if (brand.crm_lookup_url === "")
    throw new DossierError("crm_not_configured", "This brand has no CRM: set its crm_lookup_url.");
  const begun = performance.now();
  const item: Trial = {
    url: lookupUrl(brand.crm_lookup_url, asked),
    headers: brand.crm_header_names,
    status: null,
    milliseconds: 0,
    results: null,
    failure: null,
    mapped: [],
  };
  try {
    const answer = await askCrm(ask, brand, asked);
    item.status = answer.status;
    const results = readResults(answer);
    item.results = results.length;
    item.mapped = await Promise.all(results.map((result) => preview(ask, brand, result)));
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    item.failure = { code: error.code, message: error.message };
  }
  item.milliseconds = Math.round(performance.now() - begun);
  return { type: "item", item };
}

async function preview(ask: Ask, brand: CrmBrand, result: Result): Promise<Trial["mapped"][number]> {
  const {
    primaryId = "",
    firstname = "",
    lastname = "",
    channels,
    custom,
    skipped,
  } = mapResult(brand, ask.types, result);
  const { values, faults } = await previewFitting(ask.db, brand, custom);
  return {
    external_primary_id: primaryId,
    firstname,
    lastname,
    channels: channels.map(({ typeId, typeName, address }) => ({
      channel_id: ask.types.find((type) => type.id === typeId)?.channel_id ?? typeId,
      channel_name: typeName,
      address,
    })),
    custom: values,
    skipped: [...skipped, ...faults],
  };
}
