/** Error envelope: the one format of errors on the wire. */
import * as z from "zod";
import { type Code, codes } from "./error.ts";

/**
 * The error envelope on the wire.
 *
 * @example
 * const response = await fetch("http://localhost:8080/api/v2/customer/7");
 * if (!response.ok) console.error(errorShape.parse(await response.json()).code); // "missing_key"
 */
export const errorShape = z.object({
  type: z.literal("error"),
  status: z.literal("error"),
  code: z.enum(Object.keys(codes) as [Code, ...Code[]]),
  message: z.string().describe("What is wrong, with what, and what to do about it"),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  conflict: z.object({ customer_id: z.number().optional(), count: z.number().optional() }).optional(),
  request_id: z.string(),
});
