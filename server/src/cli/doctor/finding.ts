/** What the doctor says of one thing: right, careful, or wrong with what to do. */

/** How a thing stands; only `wrong` makes the doctor end with 1. */
export type Level = "ok" | "careful" | "wrong";

/** One thing looked at. */
export interface Finding {
  level: Level;
  subject: string;
  found: string;
  advice?: string;
}

/** As it should be. */
export function ok(subject: string, found: string): Finding {
  return { level: "ok", subject, found };
}

/** It works, and there is something to know. */
export function careful(subject: string, found: string, advice: string): Finding {
  return { level: "careful", subject, found, advice };
}

/** It does not work, or is not safe. */
export function wrong(subject: string, found: string, advice?: string): Finding {
  return { level: "wrong", subject, found, ...(advice === undefined ? {} : { advice }) };
}
