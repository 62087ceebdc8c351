/** Difference: one field for which two servers return different values. */

/** A difference in one field of a response. */
export interface FieldDifference {
  field: string;
  old: string;
  new: string;
}

/** The report's text for a missing value. */
export const none = "none";
