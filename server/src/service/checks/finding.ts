/** Finding: the result of one check, with advice if something is wrong. */

/** The severity; only `wrong` makes the exit code 1. */
export type Level = "ok" | "warning" | "wrong";

/** The result of one check. */
export interface Finding {
  level: Level;
  subject: string;
  found: string;
  advice?: string;
}

/** The check passed. */
export function ok(subject: string, found: string): Finding {
  return { level: "ok", subject, found };
}

/** It works, but needs attention. */
export function warning(subject: string, found: string, advice: string): Finding {
  return { level: "warning", subject, found, advice };
}

/** It does not work, or is not safe. */
export function wrong(subject: string, found: string, advice?: string): Finding {
  return { level: "wrong", subject, found, ...(advice === undefined ? {} : { advice }) };
}
