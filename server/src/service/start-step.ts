/** Steps of a start that take seconds, for those who wait for it. */
export type StartStep = "create database" | "open database" | "migrate" | "add demo data";

/** Runs a step, and shows it; the result and the error are those of its work. */
export type RunStep = <T>(step: StartStep, work: () => Promise<T>) => Promise<T>;

/** Runs steps and shows none. */
export const runUnseen: RunStep = (_step, work) => work();
