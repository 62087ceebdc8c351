/** One hit of a search: who it is, how to reach the customer, and which part matched. */
import { memo } from "react";
import { Icon, channelIcon } from "../ui/icon.tsx";
import { Avatar, Brand, nameOf } from "../ui/person.tsx";
import { Marked, queryWords } from "./marks.tsx";
import type { Hit } from "./search-run.ts";

interface HitRowProps {
  hit: Hit;
  id: string;
  query: string;
  isMarked: boolean;
  isSimilar: boolean;
  onMark: () => void;
  onOpen: (event: { ctrlKey: boolean; metaKey: boolean }) => void;
}

const shownChannels = 2;

/** The channels to show: those that match first. */
function shownOf(hit: Hit, query: string) {
  const words = queryWords(query);
  const matches = ({ address }: { address: string }) =>
    words.some((word) => address.toLowerCase().includes(word)) ? 0 : 1;
  return [...hit.channels].sort((a, b) => matches(a) - matches(b)).slice(0, shownChannels);
}

export const HitRow = memo(function HitRow({
  hit,
  id,
  query,
  isMarked,
  isSimilar,
  onMark,
  onOpen,
}: HitRowProps) {
  const words = queryWords(query);
  return (
    <div
      className={isMarked ? "hit on" : "hit"}
      role="option"
      id={id}
      tabIndex={-1}
      aria-selected={isMarked}
      onClick={(event) => onOpen(event)}
      onPointerMove={() => isMarked || onMark()}
      onKeyDown={() => undefined}
    >
      <Avatar customer={hit} />
      <div className="hit-main">
        <div className="hit-name">
          <Marked text={nameOf(hit)} query={query} words={words} isNear={isSimilar} />
        </div>
        <div className="hit-sub">
          {hit.primaryId && (
            <span className="mono">
              <Marked text={hit.primaryId} query={query} words={words} />
            </span>
          )}
          <span className="phone-only">
            <Brand id={hit.brandId} name={hit.brandName} />
          </span>
          {shownOf(hit, query).map(({ id, channelName, address }) => (
            <span key={id}>
              <Icon name={channelIcon(channelName)} size={14} />
              <Marked text={address} query={query} words={words} />
            </span>
          ))}
        </div>
      </div>
      <div className="hit-side">
        <Brand id={hit.brandId} name={hit.brandName} />
      </div>
    </div>
  );
});
