/** List of the settings: read page by page by its cursor, with a button for the next page, and its states. */
import type { Page } from "@dossier/api";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useText } from "../text/text.tsx";
import { useTexts } from "../text/texts.ts";
import { Failure, Skeleton } from "../ui/states.tsx";
import { settingsTexts } from "./text.ts";

const pageSize = 50;

interface Paging {
  itemLimit: number;
  cursor?: string;
}

export interface List<Item> {
  /** undefined while the first page is read */
  items: Item[] | undefined;
  total: number;
  error: unknown;
  retry: () => void;
  /** reads the next page; undefined after the last one */
  more: (() => void) | undefined;
}

export function useList<Item>(
  queryKey: readonly unknown[],
  read: (paging: Paging, signal: AbortSignal) => Promise<Page<Item>>,
): List<Item> {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey,
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      read({ itemLimit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  return {
    items: data?.pages.flatMap(({ items }) => items),
    total: data?.pages[0]?.itemTotal ?? 0,
    error,
    retry: () => void refetch(),
    more: hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined,
  };
}

interface ListViewProps<Item> {
  list: List<Item>;
  /** in the place of a list without items */
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
}

export function ListView<Item>({ list, empty, children }: ListViewProps<Item>) {
  const text = useText();
  const own = useTexts(settingsTexts);
  const { items, total, error, retry, more } = list;
  if (error) return <Failure error={error} retry={retry} />;
  if (!items) return <Skeleton rows={5} />;
  if (items.length === 0) return empty;
  return (
    <>
      {children(items)}
      {items.length < total && (
        <p className="row-gap under">
          <span className="small t3">{own.shown(items.length, total)}</span>
          {more && (
            <button type="button" className="btn sm" onClick={more}>
              {text.words.showMore}
            </button>
          )}
        </p>
      )}
    </>
  );
}
