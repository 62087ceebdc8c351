/**
 * Circuit breaker: opens for 30 s after five consecutive failures, then allows one trial request (half-open). Only
 * failing targets are stored; a working one takes no memory.
 */
import { EgressError } from "./errors.ts";

/** The outcome of an admitted request: `unknown` if it was cancelled before that was known. */
export type Outcome = "worked" | "failed" | "unknown";

export interface CircuitBreaker {
  /** @throws EgressError `circuit_open` while the circuit is open */
  check(target: string): void;
  /**
   * Admits a request; the caller reports its outcome once.
   *
   * @throws EgressError `circuit_open` while the circuit is open
   */
  begin(target: string): (outcome: Outcome) => void;
}

/** Consecutive failures after which the circuit opens, and for how long, in milliseconds. */
const maxFailures = 5;
const openMs = 30_000;

/** Maximum number of stored targets; the one that began to fail first is dropped first. */
const maxTargets = 10_000;

interface TargetState {
  failures: number;
  /** by the monotonic clock */
  openUntil: number;
  isHalfOpen: boolean;
}

export function createCircuitBreaker(): CircuitBreaker {
  const states = new Map<string, TargetState>();

  function check(target: string): void {
    const state = states.get(target);
    if (!state || state.failures < maxFailures) return;
    const leftMs = state.openUntil - performance.now();
    if (leftMs > 0 || state.isHalfOpen)
      throw new EgressError("circuit_open", Math.max(1, Math.ceil(leftMs / 1000)));
  }

  function fail(target: string, isTrial: boolean): void {
    const state = states.get(target) ?? { failures: 0, openUntil: 0, isHalfOpen: false };
    state.failures += 1;
    if (isTrial) state.isHalfOpen = false;
    if (isTrial || state.failures === maxFailures) state.openUntil = performance.now() + openMs;
    states.set(target, state);
    const [oldest] = states.keys();
    if (states.size > maxTargets && oldest !== undefined) states.delete(oldest);
  }

  return {
    check,
    begin(target) {
      check(target);
      const state = states.get(target);
      const isTrial = state !== undefined && state.failures >= maxFailures;
      if (isTrial) state.isHalfOpen = true;
      return (outcome) => {
        if (outcome === "worked") states.delete(target);
        else if (outcome === "failed") fail(target, isTrial);
        else if (isTrial) state.isHalfOpen = false;
      };
    },
  };
}
