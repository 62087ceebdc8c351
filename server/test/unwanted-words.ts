/** Words not to be used in names of files, tables and columns, with the standard one (docs/glossary.md). */
export const unwanted: Readonly<Record<string, string>> = {
  ask: "context, call",
  census: "stats",
  crew: "pool",
  gate: "semaphore",
  gather: "batcher",
  kept: "cached",
  mark: "snapshot",
  outside: "egress",
  patience: "timeout",
  place: "target, position",
  refusal: "error",
  tally: "counter",
  together: "batch",
  told: "reported",
  verdict: "outcome",
  who: "reference",
};
