/**
 * Keys of a timeline: from item to item, past headings. An item that is not drawn yet is scrolled to, and gets the focus
 * when it is drawn; keys that come meanwhile go on from it.
 */
import type { Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from "react";
import { keymap } from "../ui/keymap.ts";
import { nextItem, type Row } from "./rows.ts";

/** The handler of key presses; rows are drawn in elements with their place in `data-index`. */
export function useItemKeys(
  rows: readonly Row[],
  list: Virtualizer<HTMLDivElement, Element>,
  stream: RefObject<HTMLElement | null>,
): (event: KeyboardEvent<HTMLElement>) => void {
  const wanted = useRef<string>(undefined);
  const focusWanted = () => {
    if (wanted.current === undefined) return;
    const place = rows.findIndex(({ key }) => key === wanted.current);
    const article = stream.current?.querySelector<HTMLElement>(`[data-index="${place}"] article`);
    if (!article) return;
    wanted.current = undefined;
    article.focus();
  };
  useLayoutEffect(focusWanted);

  return (event) => {
    const step =
      event.key === keymap.nextItem.keys[0] ? 1 : event.key === keymap.previousItem.keys[0] ? -1 : 0;
    const focused = document.activeElement?.closest<HTMLElement>("[data-index]");
    if (step === 0 || (!focused && wanted.current === undefined)) return;
    const place =
      wanted.current === undefined
        ? Number(focused?.dataset.index)
        : rows.findIndex(({ key }) => key === wanted.current);
    const next = nextItem(rows, place, step);
    if (next === undefined) return; // the keys scroll to the end
    event.preventDefault();
    wanted.current = rows[next]?.key;
    focusWanted();
    if (wanted.current !== undefined) list.scrollToIndex(next);
  };
}
