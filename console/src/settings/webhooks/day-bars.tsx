/** Bars of the last day: deliveries by the hour they happened in, those that were given up below in red. */
import { useQuery } from "@tanstack/react-query";
import { useTexts } from "../../text/texts.ts";
import { clock } from "../../ui/format.ts";
import { webhookTexts } from "./text.ts";
import { lastDayQuery } from "./webhook-data.ts";

const dayMs = 86_400_000;
const height = 56;

export function DayBars({ id }: { id: number }) {
  const text = useTexts(webhookTexts);
  const { data: hours, dataUpdatedAt } = useQuery(lastDayQuery(id));
  if (!hours) return null;
  const most = Math.max(...hours.map(({ all }) => all));
  if (most === 0) return null;
  const high = (count: number) => (count * height) / most;
  return (
    <figure>
      <svg
        className="hist"
        viewBox="0 0 480 60"
        role="img"
        aria-label={text.page.bars}
        preserveAspectRatio="none"
      >
        {hours.map(({ all, failed }, place) => (
          // biome-ignore lint: an hour has no other name than its place
          <g key={place}>
            <rect className="hg" x={place * 20 + 3} y={59 - high(all)} width="14" height={high(all)} rx="2" />
            <rect
              className="hr"
              x={place * 20 + 3}
              y={59 - high(failed)}
              width="14"
              height={high(failed)}
              rx="2"
            />
          </g>
        ))}
        <path className="hx" d="M0 59.5h480" />
      </svg>
      <figcaption>
        <span>{text.page.barsFrom(clock(new Date(dataUpdatedAt - dayMs)))}</span>
        <span>{text.page.now}</span>
      </figcaption>
    </figure>
  );
}
