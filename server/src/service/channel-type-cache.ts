/** The types of channel, remembered for a second: every request needs them, and they hardly ever change. */
import type { ChannelType } from "@dossier/api";

/** A value read at most once a second, by one reader at a time. */
export function keepForASecond(read: () => Promise<ChannelType[]>): {
  read(): Promise<readonly ChannelType[]>;
  forget(): void;
} {
  let kept: Promise<readonly ChannelType[]> | undefined;
  let until = 0;
  const forget = () => void (kept = undefined);
  return {
    forget,
    read() {
      if (!kept || performance.now() > until) {
        until = performance.now() + 1000;
        kept = read();
        kept.catch(forget);
      }
      return kept;
    },
  };
}
