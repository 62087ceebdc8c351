/**
 * Field list: the fields of an endpoint with both spellings, type, description and whether they are required. The
 * OpenAPI document and the command line both read it, and so describe a field identically.
 */
import type * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { type JsonSchema, wireOf } from "../field.ts";
import { requestFieldTexts } from "./field-descriptions.ts";
import { wireName } from "../wire/encode.ts";

/**
 * One field of an endpoint.
 *
 * @example
 * const required: FieldDescription[] = fieldsOf(api.brand.create).filter((field) => field.required); // only `name`
 */
export interface FieldDescription {
  /** our spelling, `brandId`, which the client takes */
  inputName: string;
  /** the wire spelling of this endpoint, `brand_id` */
  wireName: string;
  /** its JSON Schema, without the description */
  json: JsonSchema;
  required: boolean;
  /** accepts several values */
  list: boolean;
  /** empty text clears the stored value */
  clears: boolean;
  description: string | undefined;
}

/**
 * The fields of an endpoint in the order of its row; `id` is the one of the path.
 *
 * @example
 * fieldsOf(api.customer.find).map((field) => field.inputName); // ["id"]
 */
export function fieldsOf(row: Endpoint): FieldDescription[] {
  return Object.entries(row.input.shape as Record<string, z.ZodType>).map(([inputName, schema]) => {
    const { json, list, empty } = wireOf(schema);
    const { description, ...bare } = json;
    const own = inputName === "id" ? `Dossier's own id of the ${row.entity}` : requestFieldTexts[inputName];
    return {
      inputName,
      wireName: wireName(row, inputName),
      json: bare,
      required: schema.type !== "optional",
      list,
      clears: empty === "clears",
      description: (description as string | undefined) ?? own,
    };
  });
}
