/** Moments: in few words, with the exact time on hover. */
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { clock, dayOf, exactTime, shortTime } from "../../ui/format.ts";
import { partsTexts } from "./text.ts";

const minuteMs = 60_000;

/** The day and the time; today the time alone. */
function Moment({ at }: { at: string }) {
  const text = useText();
  const isToday = dayOf(at) === dayOf(new Date());
  return (
    <time dateTime={at} title={exactTime(at)}>
      {isToday ? clock(at) : `${shortTime(at, text)}, ${clock(at)}`}
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
