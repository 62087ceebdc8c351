/**
 * Progress of long work: one line on standard error that rewrites itself, on a terminal only, so that no log or script
 * ever gets it. It is cut to the terminal's width: a line that wraps could not be erased.
 */
import { cut } from "./output/text-width.ts";

/** A line of progress. */
export interface Progress {
  /** what is being done now */
  show(text: string): void;
  /** erases the line; comes before anything else that is printed */
  end(): void;
}

/** Work that is done sooner shows nothing, and the line is rewritten no more often. */
const intervalMs = 150;

/** Creates a line of progress. */
export function startProgress(stream = process.stderr): Progress {
  let text = "";
  let shown = "";
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    if (text !== shown) stream.write(`\r\u001b[K${cut(text, stream.columns - 1)}`);
    shown = text;
  };
  return {
    show(now) {
      text = now;
      if (stream.isTTY) timer ??= setInterval(write, intervalMs).unref();
    },
    end() {
      clearInterval(timer);
      timer = undefined;
      if (shown !== "") stream.write("\r\u001b[K");
      shown = "";
    },
  };
}
