/** The types of block-output.mjs, for its test. */
export function differenceOf(
  kind: "json" | "text" | undefined,
  shown: string | undefined,
  came: string,
): string | undefined;
