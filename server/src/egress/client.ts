/**
 * The only way out of the house: one request to an address that somebody typed, and its answer. It goes to the open
 * internet by https, or where the operator's DOSSIER_OUTSIDE_ALLOW names host and port; to nowhere else, whatever a
 * name turns out to stand for. Whoever asks cannot tell what was forbidden from what was not there.
 */
import type { Log } from "../log.ts";
import { type Ending, makeCircuit } from "./circuit-breaker.ts";
import { type Course, setOut } from "./request-lifecycle.ts";
import { checkHeaders, exchange, type OutsideAnswer, type Sending } from "./send.ts";
import { OutsideError, Reason, reasonOf } from "./errors.ts";
import { pause } from "../abort.ts";
import { type Dial, dialAddress, reach, reachPatience, type Ways } from "./connect.ts";
import { makeResolve, type Resolve } from "./dns.ts";
import { readTarget, type Target } from "./url-policy.ts";
import { makeTurns } from "./concurrency-limit.ts";

export type { OutsideAnswer } from "./send.ts";
export { OutsideError } from "./errors.ts";

/** What is sent, and how long it may take. */
export interface OutsideRequest extends Sending {
  url: string;
  /** whose places are taken, of which each has 20, such as `brand:3` */
  share: string;
  /** in milliseconds, for all of it */
  patience: number;
  /** gives the request up; `send` rejects with its reason */
  signal?: AbortSignal;
}

/** The guarded client. */
export interface Outside {
  /** Why this URL can be no target, from its text alone: words that follow the field's name, for whoever typed it. */
  fault(url: string): string | undefined;
  /**
   * Sends a request. Any status is an answer, a redirect too: none is followed.
   *
   * @throws OutsideError when there is no answer; TypeError when a header could not be sent to anybody
   */
  send(request: OutsideRequest): Promise<OutsideAnswer>;
  /** Gives up what is under way; what is asked for later is `busy`. */
  close(): Promise<void>;
}

export interface OutsideOptions {
  /** `host:port` as config normalises them */
  allow: readonly string[];
  log: Log;
  resolve?: Resolve;
  dial?: Dial;
  /** certificates (PEM) to trust instead of those Node trusts */
  authorities?: readonly string[];
}

/** Requests at a time of one share. */
const places = 20;

/** A gateway says that nobody is behind it. A 500 may be about one request, and says that somebody is there. */
const awayStatuses = [502, 503, 504];

export function makeOutside({ allow, log, resolve, dial, authorities }: OutsideOptions): Outside {
  const allowed = new Set(allow);
  const ways: Ways = { resolve: resolve ?? makeResolve(), dial: dial ?? dialAddress, authorities };
  const turns = makeTurns(places);
  const circuit = makeCircuit();
  const underWay = new Map<Course, Promise<OutsideAnswer>>();
  let isClosed = false;

  async function attempt(request: OutsideRequest, course: Course): Promise<OutsideAnswer> {
    const target = readTarget(request.url, allowed);
    // By share as well: nobody's failures, which he can bring about, keep others from a target they have in common.
    const place = `${request.share} ${placeOf(request.url)}`;
    circuit.check(place);
    const giveBack = await turns.take(request.share, course.signal);
    try {
      const tell = circuit.enter(place);
      let ending: Ending = "unknown";
      try {
        const answer = await go(request, target, course);
        ending = awayStatuses.includes(answer.status) ? "failed" : "worked";
        return answer;
      } catch (error) {
        if (!course.isGivenUp()) ending = "failed";
        throw error;
      } finally {
        tell(ending);
      }
    } finally {
      giveBack();
    }
  }

  /** Reaches and asks the target. What is refused at once is told when what is waited for in vain would be. */
  async function go(
    request: OutsideRequest,
    target: Target | string,
    course: Course,
  ): Promise<OutsideAnswer> {
    const begun = performance.now();
    course.stage = "reaching";
    try {
      if (typeof target === "string") throw new Reason(target);
      const socket = await reach(target, ways, course.signal);
      course.stage = "speaking";
      return await exchange(socket, target, request, course.signal);
    } catch (error) {
      if (course.isGivenUp()) throw course.signal.reason;
      const reason = reasonOf(course.signal.aborted ? course.signal.reason : error);
      tellOperator(request, reason);
      if (reason.kind === "unreachable")
        await pause(begun + reachPatience - performance.now(), course.signal);
      throw course.isGivenUp() ? course.signal.reason : new OutsideError(reason.kind);
    }
  }

  function tellOperator({ share, url }: OutsideRequest, { kind, message }: Reason): void {
    log.warn({ share, to: placeOf(url), kind, reason: message }, "could not send outward");
  }

  return {
    fault(url) {
      const target = readTarget(url, allowed);
      return typeof target === "string" ? target : undefined;
    },
    async send(request) {
      checkHeaders(request.headers);
      if (isClosed) throw new OutsideError("busy");
      request.signal?.throwIfAborted();
      const course = setOut(request.patience, request.signal);
      const run = attempt(request, course).finally(() => course.end());
      underWay.set(course, run);
      try {
        return await run;
      } finally {
        underWay.delete(course);
      }
    },
    async close() {
      isClosed = true;
      for (const course of underWay.keys()) course.giveUp(new OutsideError("busy"));
      await Promise.allSettled(underWay.values());
    },
  };
}

/** Scheme, host and port of a URL: what may be logged and remembered of it. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return "no URL";
  const { protocol, host } = new URL(url);
  return `${protocol}//${host.slice(0, 260)}`;
}
