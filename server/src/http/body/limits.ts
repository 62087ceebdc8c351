/** Body limits: the maximum number and size of fields. Readers stop here, before excess input costs anything. */
import { DossierError } from "@dossier/api";

export const maxFields = 200;
export const maxNameBytes = 1024;
/** Of most operations; those that take in what was written elsewhere read values as large as a body may be. */
export const maxValueBytes = 64 * 1024;
export const maxBodyBytes = 1024 * 1024;

/**
 * The key may be among the fields and does not count: readers therefore stop later, and the fields are counted
 * afterwards.
 */
export const maxEntries = 2 * maxFields;

export function tooManyFields(): DossierError {
  return new DossierError("invalid_request", `The request has over ${maxFields} fields.`);
}
