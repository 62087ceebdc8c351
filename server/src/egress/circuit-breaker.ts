/**
 * Leaves alone for a while who has failed several times in a row, then lets one request try. What is remembered is what
 * fails now; a target that works takes no memory.
 */
import { OutsideError } from "./errors.ts";

/** How a request let through ended: `unknown` when it was given up before that could be told. */
export type Ending = "worked" | "failed" | "unknown";

export interface Circuit {
  /** @throws OutsideError `left_alone` while the target is */
  check(target: string): void;
  /**
   * Lets a request through; it must be told once how that ended.
   *
   * @throws OutsideError `left_alone` while the target is
   */
  enter(target: string): (ending: Ending) => void;
}

/** So many failures in a row, then left alone for so long, in milliseconds. */
const mostFailures = 5;
const rest = 30_000;

/** What is remembered of so many targets; the one that began to fail first is forgotten first. */
const mostTargets = 10_000;

interface Failing {
  failures: number;
  /** by the monotonic clock */
  until: number;
  isTried: boolean;
}

export function makeCircuit(): Circuit {
  const failing = new Map<string, Failing>();

  function check(target: string): void {
    const one = failing.get(target);
    if (!one || one.failures < mostFailures) return;
    const left = one.until - performance.now();
    if (left > 0 || one.isTried) throw new OutsideError("left_alone", Math.max(1, Math.ceil(left / 1000)));
  }

  function fail(target: string, isTrial: boolean): void {
    const one = failing.get(target) ?? { failures: 0, until: 0, isTried: false };
    one.failures += 1;
    if (isTrial) one.isTried = false;
    if (isTrial || one.failures === mostFailures) one.until = performance.now() + rest;
    failing.set(target, one);
    const [oldest] = failing.keys();
    if (failing.size > mostTargets && oldest !== undefined) failing.delete(oldest);
  }

  return {
    check,
    enter(target) {
      check(target);
      const one = failing.get(target);
      const isTrial = one !== undefined && one.failures >= mostFailures;
      if (isTrial) one.isTried = true;
      return (ending) => {
        if (ending === "worked") failing.delete(target);
        else if (ending === "failed") fail(target, isTrial);
        else if (isTrial) one.isTried = false;
      };
    },
  };
}
