/** Progress: one line that is overwritten on a terminal, a line at intervals otherwise. */

const pauses = { drawn: 100, same: 10_000, other: 1000 };

export interface Progress {
  /** Shows the current step; `part` from 0 to 1 draws a bar. */
  at(what: string, part?: number): void;
  /** Prints a lasting line. */
  say(text: string): void;
}

export function openProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const begun = performance.now();
  let last = { what: "", at: -pauses.same };
  let drawn = false;
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(0)} s`.padStart(6);
  const clear = () => {
    if (drawn) stream.write("\r\u001b[K");
    drawn = false;
  };
  return {
    at(what, part) {
      const now = performance.now();
      const plain = what === last.what ? pauses.same : pauses.other;
      if (now - last.at < (stream.isTTY ? pauses.drawn : plain)) return;
      last = { what, at: now };
      const percent = part === undefined ? "" : ` ${Math.floor(part * 100)} %`;
      if (!stream.isTTY) return void stream.write(`${seconds()}  ${what}${percent}\n`);
      clear();
      stream.write(`${seconds()}  ${part === undefined ? "" : `${bar(part)} `}${what}${percent}`);
      drawn = true;
    },
    say(text) {
      clear();
      stream.write(`${seconds()}  ${text}\n`);
    },
  };
}

function bar(part: number): string {
  const full = Math.round(part * 24);
  return `[${"#".repeat(full)}${"-".repeat(24 - full)}]`;
}
