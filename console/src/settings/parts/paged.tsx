/** Paged list: pages by cursor, one after the other, with a button for the next. */
import type { Page } from "@dossier/api";
import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { useTexts } from "../../text/texts.ts";
import { partsTexts } from "./text.ts";

const pageSize = 50;

interface Place {
  itemLimit: number;
  cursor?: string;
}

/** The pages of a list that were read so far. */
export function usePaged<Listed extends Page<unknown>>(
  queryKey: QueryKey,
  read: (place: Place, signal: AbortSignal) => Promise<Listed>,
  refetchInterval: number | false = false,
) {
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    refetchInterval,
    queryFn: ({ pageParam, signal }) =>
      read({ itemLimit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  return {
    pages: query.data?.pages ?? [],
    items: (query.data?.pages.flatMap(({ items }) => items) ?? []) as Listed["items"],
    isRead: query.data !== undefined,
    error: query.error,
    readAgain: () => void query.refetch(),
    hasMore: query.hasNextPage,
    isReadingMore: query.isFetchingNextPage,
    readMore: () => void query.fetchNextPage(),
  };
}

/** The button under a list that has another page. */
export function More({ list }: { list: { hasMore: boolean; isReadingMore: boolean; readMore: () => void } }) {
  const text = useTexts(partsTexts);
  if (!list.hasMore) return null;
  return (
    <p className="more-rows">
      <button type="button" className="btn sm" disabled={list.isReadingMore} onClick={list.readMore}>
        {text.more}
      </button>
    </p>
  );
}
