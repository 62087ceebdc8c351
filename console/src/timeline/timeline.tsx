/**
 * Timeline: everything that happened to a customer, newest first, of which only what is seen is drawn. Pages are read by
 * cursor when the end comes near. Newer items wait behind a button, so that what is read never moves.
 */
import type { Customer } from "@dossier/api";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { countsQuery } from "../data/queries.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { Icon } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { Blank, Failure, Skeleton } from "../ui/states.tsx";
import { RowView } from "./row-view.tsx";
import { type Row, toRows } from "./rows.ts";
import { newestQuery, type Shown, timelineQuery } from "./timeline-query.ts";

const heights: Record<Row["kind"], number> = { day: 42, ticket: 34, event: 34, fold: 34, message: 84 };
const kinds: Shown[] = ["all", "ticket", "message", "note", "event"];
const cap = 10_000;

interface TimelineProps {
  customer: Customer;
  scroller: RefObject<HTMLDivElement | null>;
}

export function Timeline({ customer, scroller }: TimelineProps) {
  const text = useText();
  const { id } = customer;
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get("show") as Shown | null;
  const shown = wanted && kinds.includes(wanted) ? wanted : "all";
  const mayTickets = useMay("TICKET_READ");
  const counts = useQuery(countsQuery(id)).data;
  const names = {
    all: text.timeline.all,
    ticket: text.timeline.tickets,
    message: text.timeline.messages,
    note: text.timeline.notes,
    event: text.timeline.events,
  };
  const offered = kinds.filter((kind) => mayTickets || kind !== "note");
  const show = (kind: Shown) => setParameters(kind === "all" ? {} : { show: kind }, { replace: true });
  useKeys(
    useMemo(
      () => Object.fromEntries(offered.map((kind, place) => [String(place + 1), () => show(kind)])),
      [mayTickets],
    ),
  );
  return (
    <>
      <div className="story-bar">
        <div className="seg" role="group" aria-label={text.timeline.show}>
          {offered.map((kind) => (
            <button key={kind} type="button" aria-pressed={kind === shown} onClick={() => show(kind)}>
              {names[kind]} {counts && <span className="n">{counts[kind]}</span>}
            </button>
          ))}
        </div>
      </div>
      <Stream key={`${id}-${shown}`} customer={customer} shown={shown} scroller={scroller} />
    </>
  );
}

interface StreamProps extends TimelineProps {
  shown: Shown;
}

function Stream({ customer, shown, scroller }: StreamProps) {
  const text = useText();
  const { id } = customer;
  const queries = useQueryClient();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    timelineQuery(id, shown),
  );
  const newest = useQuery(newestQuery(id, shown)).data;
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const rows = useMemo(() => toRows(items, unfolded), [items, unfolded]);
  const top = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const [list, pane] = [top.current, scroller.current];
    if (list && pane)
      setOffset(list.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop);
  }, [scroller, items.length === 0]);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => heights[rows[place]?.kind ?? "event"],
    getItemKey: (place) => rows[place]?.key ?? place,
    scrollMargin: offset,
    overscan: 6,
  });
  const drawn = list.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 12 && hasNextPage && !isFetchingNextPage)
      void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const firstId = items[0]?.id;
  const place = newest?.findIndex((one) => one === firstId) ?? 0;
  const newer = data && newest ? (place === -1 ? newest.length : place) : 0;
  const readNewer = () => {
    void queries.resetQueries({ queryKey: timelineQuery(id, shown).queryKey });
    scroller.current?.scrollTo({ top: 0 });
  };

  if (error && items.length === 0) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={5} />;
  if (items.length === 0)
    return (
      <Blank
        icon="clock"
        title={shown === "all" ? text.timeline.empty : text.timeline.emptyKind}
        hint={shown === "all" ? text.timeline.emptyHint : undefined}
      />
    );
  const total = data.pages[0]?.itemTotal ?? items.length;
  const size = hasNextPage && total > cap ? -1 : total;
  return (
    <>
      {newer > 0 && (
        <div className="newer">
          <button type="button" className="filter on" onClick={readNewer}>
            <Icon name="up" size={14} />
            {text.timeline.newer(newer)}
          </button>
        </div>
      )}
      <div
        className="stream virtual"
        ref={top}
        role="region"
        aria-label={text.timeline.label}
        aria-busy={isFetchingNextPage}
        style={{ height: list.getTotalSize() }}
        onKeyDown={(event) => {
          if (event.key !== "PageDown" && event.key !== "PageUp") return;
          const articles = [...event.currentTarget.querySelectorAll<HTMLElement>("article")];
          const at = articles.findIndex((one) => one.contains(document.activeElement));
          const next = articles[at + (event.key === "PageDown" ? 1 : -1)];
          if (!next) return;
          event.preventDefault();
          next.focus();
        }}
      >
        {drawn.map(({ index, key, start }) => {
          const row = rows[index];
          return (
            row && (
              <div
                key={key}
                data-index={index}
                ref={list.measureElement}
                className="virtual-row"
                style={{ transform: `translateY(${start - offset}px)` }}
              >
                <RowView
                  row={row}
                  customer={customer}
                  place={index + 1}
                  size={size}
                  onUnfold={() => setUnfolded(new Set([...unfolded, row.key]))}
                />
              </div>
            )
          );
        })}
      </div>
      {isFetchingNextPage && <p className="t3 small">{text.timeline.loadingMore}</p>}
      {error && <Failure error={error} retry={() => void fetchNextPage()} />}
    </>
  );
}
