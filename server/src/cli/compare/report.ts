/** Comparison report: the reads, the differences, and the customers that were omitted. */
import type { FieldDifference } from "./difference.ts";
import type { Reader } from "./reader.ts";
import type { BrandPair } from "./sample.ts";
import type { CompareContext } from "./thing.ts";

/** The reads by the names under which they are reported and counted. */
export type Read =
  | "GET /customer"
  | "GET /customer/{id}"
  | "SearchByPrimaryExternalID"
  | "SearchByCustomerChannelValue"
  | "timelineByCustomerExternalID"
  | "GET /customer?query=";

/** One difference of one customer. */
export interface Difference extends FieldDifference {
  read: Read;
  /** primary id, or the old server's id as a phrase */
  customer: string;
}

/** How often something was omitted from the comparison, by reason. */
export interface Omitted {
  /** customers of brands outside the comparison */
  otherBrand: number;
  /**
   * customers with a primary id that another one also has: Dossier keeps one of them, and the fields of which one is
   * unknown
   */
  duplicatePrimaryId: number;
  /** customers with neither primary id nor address: they cannot be found */
  unidentifiable: number;
  /** addresses that Dossier's rules reject, and that the new server therefore cannot have */
  refused: number;
}

/** The result of a comparison. */
export interface Outcome {
  customers: number;
  omitted: Omitted;
  reads: Map<Read, { compared: number; differ: number }>;
}

/** The two servers and the options of a comparison. */
export interface Comparison {
  old: Reader;
  now: Reader;
  brands: readonly BrandPair[];
  types: CompareContext["types"];
  limit: number;
  /** called in the order of the sample */
  report(difference: Difference): void;
  progress(done: number, all: number): void;
}
