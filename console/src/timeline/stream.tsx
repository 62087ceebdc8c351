/**
 * Stream of a timeline, newest first, of which only what is seen is drawn. Pages are read by cursor when an end comes near;
 * those far away are dropped, with a space of their height in their place. Newer items wait behind a button. Invariant:
 * nothing that comes or goes moves what is read.
 */
import type { Customer } from "@dossier/api";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Range, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useText } from "../text/text.tsx";
import { Icon } from "../ui/icon.tsx";
import { Blank, Failure, Skeleton } from "../ui/states.tsx";
import { useItemKeys } from "./item-keys.ts";
import { RowView } from "./row-view.tsx";
import { heightBefore, placesToDraw, type Row, toRows } from "./rows.ts";
import { type Extent, itemsBefore, newestQuery, readTimelinePage, timelineQuery } from "./timeline-query.ts";

const heights: Record<Row["kind"], number> = { day: 42, ticket: 34, event: 34, fold: 34, message: 84 };
const cap = 10_000;
/** So many rows before an end the next page is read. */
const ahead = 24;
/** Above, where a page was dropped: more than a screen is passed in a frame of a fast scroll. */
const aheadAbove = 150;
/** So many pixels above what was read a scroll is a jump, which does not read all the pages between. */
const jumpFrom = 4000;

interface StreamProps {
  customer: Customer;
  scroller: HTMLDivElement | null;
  extent: Extent;
}

export function Stream({ customer, extent, scroller }: StreamProps) {
  const text = useText();
  const { id } = customer;
  const queries = useQueryClient();
  const query = timelineQuery(id, extent);
  const pages = useInfiniteQuery(query);
  const { data, error, isFetchingNextPage, fetchNextPage, hasPreviousPage, isFetchingPreviousPage } = pages;
  const newest = useQuery(newestQuery(id, extent)).data;
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  // the same function in every render: rows that are drawn already are not drawn again while the stream is scrolled
  const unfold = useCallback((key: string) => setUnfolded((before) => new Set([...before, key])), []);
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const rows = useMemo(() => toRows(items, unfolded), [items, unfolded]);

  const top = useRef<HTMLDivElement>(null);
  const anchor = useRef<string>(undefined);
  const sizes = useRef(new Map<React.Key, number>());
  const sizeOf = (row: Row) => sizes.current.get(row.key) ?? heights[row.kind];
  // the space in place of the pages that were dropped: it takes what the rows before the anchor lost in height
  const [held, setHeld] = useState({ rows, space: 0 });
  if (held.rows !== rows) {
    const [was, is] = [held.rows, rows].map((list) => heightBefore(list, anchor.current, sizeOf));
    setHeld({ rows, space: held.space + (was === undefined || is === undefined ? 0 : was - is) });
  }
  const { space } = held;

  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const [list, pane] = [top.current, scroller];
    if (list && pane)
      setOffset(list.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop);
  }, [scroller, items.length === 0]);
  // the same functions while the rows are the same: the virtualizer measures every row again for another one
  const keyOf = useCallback((place: number) => rows[place]?.key ?? place, [rows]);
  const extractRange = useCallback(
    ({ startIndex, endIndex }: Range) => placesToDraw(rows, startIndex, endIndex),
    [rows],
  );
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: (place) => heights[rows[place]?.kind ?? "event"],
    getItemKey: keyOf,
    scrollMargin: offset,
    paddingStart: space,
    rangeExtractor: extractRange,
  });
  const onKeyDown = useItemKeys(rows, list, top);
  sizes.current = list.itemSizeCache;
  const drawn = list.getVirtualItems();
  const [first, last] = [drawn[0]?.index ?? 0, drawn.at(-1)?.index ?? 0];
  const seen = drawn.find(({ end }) => end > (list.scrollOffset ?? 0));
  anchor.current = seen && rows[seen.index]?.key;

  useLayoutEffect(() => {
    // the first page is there again: what the space has over or lacks is a matter of measured heights
    if (hasPreviousPage || space === 0 || !data) return;
    setHeld({ rows, space: 0 });
    scroller?.scrollBy({ top: -space });
  }, [hasPreviousPage, space, data, rows, scroller]);

  const { hasNextPage } = pages;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - ahead && hasNextPage && !isFetchingNextPage)
      void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const starts = useRef(new Map<string, number>());
  useEffect(() => {
    const places = new Map(rows.map(({ key }, place) => [key, place]));
    data?.pages.forEach((page, number) => {
      const place =
        page.items[0] && (places.get(page.items[0].id) ?? places.get(`thread-${page.items[0].id}`));
      const start = place === undefined ? undefined : list.measurementsCache[place]?.start;
      if (start !== undefined) starts.current.set((data.pageParams as string[])[number] ?? "", start);
    });
  }, [data, rows, list]);
  const { fetchPreviousPage } = pages;
  const isJumping = useRef(false);
  useEffect(() => {
    if (first >= aheadAbove || !hasPreviousPage || isFetchingPreviousPage || isJumping.current) return;
    const at = list.scrollOffset ?? 0;
    if (space + offset - at < jumpFrom) {
      void fetchPreviousPage();
      return;
    }
    // a jump into the space: the page that stood there is read, and stands alone
    const [cursor = "", start = offset] = [...starts.current].findLast(([, one]) => one <= at) ?? [];
    isJumping.current = true;
    readTimelinePage(id, extent, cursor)
      .then(
        (page) => {
          anchor.current = undefined;
          queries.setQueryData(query.queryKey, { pages: [page], pageParams: [cursor] });
          setHeld((before) => ({ ...before, space: cursor === "" ? 0 : start - offset }));
        },
        () => undefined, // scrolling on asks again
      )
      .finally(() => {
        isJumping.current = false;
      });
  });

  const firstId = items[0]?.id;
  const place = newest?.indexOf(firstId ?? "") ?? 0;
  const newer = data && newest && !hasPreviousPage ? (place === -1 ? newest.length : place) : 0;
  const readNewer = () => {
    void queries.resetQueries({ queryKey: query.queryKey });
    scroller?.scrollTo({ top: 0 });
  };
  // where nothing is shown yet, nothing can move
  const isFirst = Boolean(data) && items.length === 0 && newer > 0;
  const { refetch } = pages;
  useEffect(() => {
    if (isFirst) void refetch();
  }, [isFirst, refetch]);

  const isWhole = extent.shown === "all" && !extent.until;
  if (error && items.length === 0) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={5} />;
  if (items.length === 0)
    return (
      <Blank
        icon="clock"
        title={isWhole ? text.timeline.empty : text.timeline.emptyKind}
        hint={isWhole ? text.timeline.emptyHint : undefined}
      />
    );
  const total = data.pages[0]?.itemTotal ?? items.length;
  const dropped = itemsBefore((data.pageParams as string[])[0] ?? "");
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
        onKeyDown={onKeyDown}
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
                  place={dropped + index + 1}
                  size={size}
                  onUnfold={unfold}
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
