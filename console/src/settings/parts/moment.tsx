/** Moments: in few words, with the exact time on hover. */
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { clock, dayOf, exactTime, shortTime } from "../../ui/format.ts";
import { partsTexts } from "./text.ts";

const minuteMs = 60_000;

const exactClock = (at: string) => new Date(at).toLocaleTimeString(document.documentElement.lang);

/** The day and the time; today the time alone. */
export function Moment({ at, hasSeconds = false }: { at: string; hasSeconds?: boolean }) {
  const text = useText();
  const isToday = dayOf(at) === dayOf(new Date());
  const time = hasSeconds ? exactClock(at) : clock(at);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {isToday ? time : `${shortTime(at, text)}, ${time}`}
    </time>
  );
}

const secondsOf = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** In how long something is due, in the largest unit that fits. */
export function Until({ at }: { at: string }) {
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.now()) / 1000));
  const units = Object.keys(secondsOf) as (keyof typeof secondsOf)[];
  const unit = units.findLast((one) => seconds >= 2 * secondsOf[one]) ?? "second";
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {words.format(Math.round(seconds / secondsOf[unit]), unit)}
    </time>
  );
}

/** How long ago in the last hour, else the moment; a time that is exact to a minute is never "now". */
export function Ago({ at }: { at: string | null }) {
  const text = useTexts(partsTexts);
  if (at === null) return text.never;
  const minutes = Math.floor((Date.now() - Date.parse(at)) / minuteMs);
  if (minutes >= 60 || minutes < 0) return <Moment at={at} />;
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {minutes <= 1 ? text.justNow : words.format(-minutes, "minute")}
    </time>
  );
}
