/**
 * The course of one request: how far it is, and when it ends at the latest. What running out of time means depends on
 * how far it came, and up to the open connection it means nothing but "unreachable".
 */
import { OutsideError } from "./errors.ts";

export interface Course {
  /** aborted when time is up, or when the request is given up */
  signal: AbortSignal;
  stage: "waiting" | "reaching" | "speaking";
  /** whether the signal was aborted because somebody gave the request up, and not by time */
  isGivenUp(): boolean;
  giveUp(reason: unknown): void;
  /** It is over; nothing happens to it any more. */
  end(): void;
}

const lateKinds = { waiting: "busy", reaching: "unreachable", speaking: "timeout" } as const;

/** Begins the course of a request with so many milliseconds, which whoever asked may give up. */
export function setOut(patience: number, asked: AbortSignal | undefined): Course {
  const controller = new AbortController();
  let isGivenUp = false;
  const course: Course = {
    signal: controller.signal,
    stage: "waiting",
    isGivenUp: () => isGivenUp,
    giveUp(reason) {
      isGivenUp ||= !controller.signal.aborted;
      controller.abort(reason);
    },
    end() {
      clearTimeout(limit);
      asked?.removeEventListener("abort", follow);
    },
  };
  const follow = () => course.giveUp(asked?.reason);
  const limit = setTimeout(() => controller.abort(new OutsideError(lateKinds[course.stage])), patience);
  asked?.addEventListener("abort", follow, { once: true });
  return course;
}
