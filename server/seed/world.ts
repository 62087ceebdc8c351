/** The demo world: two brands that could not be more different at a desk, and what to try first in it. */
import { morgenkrug } from "./morgenkrug.ts";
import type { SeedBrand } from "./shape.ts";
import { sternfahrt } from "./sternfahrt.ts";

export const world: readonly SeedBrand[] = [morgenkrug, sternfahrt];

/** A name as somebody mistypes it on the telephone, and the customer it must find. */
export const misspelt = { query: "szcepanska", finds: "Zofia Szczepańska" };
