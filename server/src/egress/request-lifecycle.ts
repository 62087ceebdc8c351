/**
 * Lifecycle of a request: its stage and its deadline. The meaning of a timeout depends on the stage; until the
 * connection is open it is only "unreachable".
 */
import { EgressError } from "./errors.ts";

export interface RequestLifecycle {
  /** aborts on timeout, or when the request is cancelled */
  signal: AbortSignal;
  stage: "queued" | "connecting" | "exchanging";
  /** whether the caller aborted the signal, and not the timeout */
  isCancelled(): boolean;
  cancel(reason: unknown): void;
  /** Ends the lifecycle; nothing happens afterwards. */
  end(): void;
}

const timeoutKinds = { queued: "busy", connecting: "unreachable", exchanging: "timeout" } as const;

/** Starts a request with a timeout in milliseconds, which the caller may cancel. */
export function startRequest(timeoutMs: number, callerSignal: AbortSignal | undefined): RequestLifecycle {
  const controller = new AbortController();
  let isCancelled = false;
  const lifecycle: RequestLifecycle = {
    signal: controller.signal,
    stage: "queued",
    isCancelled: () => isCancelled,
    cancel(reason) {
      isCancelled ||= !controller.signal.aborted;
      controller.abort(reason);
    },
    end() {
      clearTimeout(timer);
      callerSignal?.removeEventListener("abort", onCallerAbort);
    },
  };
  const onCallerAbort = () => lifecycle.cancel(callerSignal?.reason);
  const timer = setTimeout(() => controller.abort(new EgressError(timeoutKinds[lifecycle.stage])), timeoutMs);
  callerSignal?.addEventListener("abort", onCallerAbort, { once: true });
  return lifecycle;
}
