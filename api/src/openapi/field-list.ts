/**
 * The fields an endpoint takes, as a person needs them told: their names in both spellings, whether they must be there,
 * and what they are for. The OpenAPI document and the command line say the same of a field because both read this.
 */
import type * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { type JsonSchema, wireOf } from "../field.ts";
import { fieldTexts } from "./field-descriptions.ts";
import { wireName } from "../wire/encode.ts";

/**
 * One field of an endpoint.
 *
 * @example
 * const needed: FieldFacts[] = fieldsOf(api.brand.create).filter((field) => field.required); // of `name` alone
 */
export interface FieldFacts {
  /** our spelling, `brandId`: what the client takes */
  ours: string;
  /** the endpoint's own spelling, `brand_id` */
  wire: string;
  /** its JSON Schema, without the description */
  json: JsonSchema;
  required: boolean;
  /** takes several values */
  list: boolean;
  /** sent empty, what is stored is cleared */
  clears: boolean;
  description: string | undefined;
}

/**
 * The fields of an endpoint in the order of its row; `id` is the one of the path.
 *
 * @example
 * fieldsOf(api.customer.find).map((field) => field.ours); // ["id"]
 */
export function fieldsOf(row: Endpoint): FieldFacts[] {
  return Object.entries(row.input.shape as Record<string, z.ZodType>).map(([ours, schema]) => {
    const { json, list, empty } = wireOf(schema);
    const { description, ...bare } = json;
    const own = ours === "id" ? `Dossier's own id of the ${row.about}` : fieldTexts[ours];
    return {
      ours,
      wire: wireName(row, ours),
      json: bare,
      required: schema.type !== "optional",
      list,
      clears: empty === "clears",
      description: (description as string | undefined) ?? own,
    };
  });
}
