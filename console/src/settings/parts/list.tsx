/** List: read page by page by its cursor, with a button for the next page, and its states. */
import type { Page } from "@dossier/api";
import { keepPreviousData, type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { partsTexts } from "./text.ts";

const pageSize = 50;

interface Paging {
  itemLimit: number;
  cursor?: string;
}

export interface List<Item> {
  /** of the pages that were read; undefined while the first one is */
  items: readonly Item[] | undefined;
  /** how many there are; undefined where another number than that of the items is shown */
  total: number | undefined;
  /** there are more than the total says */
  isCapped: boolean;
  error: unknown;
  retry: () => void;
  hasMore: boolean;
  isReadingMore: boolean;
  readMore: () => void;
}

/** The items of other filters are shown until the answer to these comes, so that nothing blinks. */
export function useList<Item>(
  queryKey: QueryKey,
  read: (paging: Paging, signal: AbortSignal) => Promise<Page<Item>>,
  refetchInterval: number | false = false,
): List<Item> {
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    refetchInterval,
    queryFn: ({ pageParam, signal }) =>
      read({ itemLimit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const [first] = query.data?.pages ?? [];
  const items = query.data?.pages.flatMap((page) => page.items);
  return {
    // that other filters found nothing says nothing of these
    items: query.isPlaceholderData && items?.length === 0 ? undefined : items,
    total: first?.itemTotal,
    isCapped: first?.itemTotalCapped ?? false,
    error: query.error,
    retry: () => void query.refetch(),
    hasMore: query.hasNextPage,
    isReadingMore: query.isFetchingNextPage,
    readMore: () => void query.fetchNextPage(),
  };
}

interface ListViewProps<Item> {
  list: List<Item>;
  /** in the place of a list without items */
  empty: ReactNode;
  children: (items: readonly Item[]) => ReactNode;
}

export function ListView<Item>({ list, empty, children }: ListViewProps<Item>) {
  const text = useText();
  const parts = useTexts(partsTexts);
  const { items, total, error, hasMore } = list;
  if (error) return <Failure error={error} retry={list.retry} />;
  if (!items) return <Skeleton rows={5} />;
  return (
    <>
      {items.length > 0 ? children(items) : empty}
      {hasMore && (
        <p className="row-gap more-rows">
          {total !== undefined && (
            <span className="small t3">{parts.shown(items.length, total, list.isCapped)}</span>
          )}
          <button type="button" className="btn sm" disabled={list.isReadingMore} onClick={list.readMore}>
            {text.words.showMore}
          </button>
        </p>
      )}
    </>
  );
}
