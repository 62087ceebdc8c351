/**
 * Table of a list, whose rows are moved through by keys of the keymap: a roving focus. Tab reaches one row, and the keys of
 * a list go on from it. Enter opens what the row is about: its part with `data-opens`, else its menu. Ctrl Enter opens it
 * in a new tab, where it has an address.
 */
import {
  Fragment,
  isValidElement,
  type Key,
  type ReactElement,
  type ReactNode,
  useMemo,
  useRef,
  useState,
} from "react";
import { useKeys } from "../../ui/keys.ts";

/** The head of a column: its label, or none. */
type Column = string | { label: string; isEnd?: true; isSpoken?: true };

interface TableProps<Item> {
  label: string;
  className: string;
  /** the columns, or the rows of their heads */
  columns: readonly Column[] | ReactElement;
  items: readonly Item[];
  keyOf: (item: Item) => Key;
  classOf?: (item: Item) => string;
  /** the cells of a row */
  children: (item: Item) => ReactNode;
  /** a row below that of the item, which is part of it */
  below?: (item: Item) => ReactNode;
  /** inside a card */
  isPart?: boolean;
}

export function Table<Item>(props: TableProps<Item>) {
  const { label, className, columns, items, keyOf, classOf, children, below } = props;
  const body = useRowKeys();
  const [stop, setStop] = useState<{ key: Key; place: number }>();
  const found = items.findIndex((item) => keyOf(item) === stop?.key);
  // a row that is gone leaves the focus to the one in its place
  const reached = found >= 0 ? found : Math.min(stop?.place ?? 0, items.length - 1);
  const table = (
    <table className={`table ${className}`} aria-label={label}>
      <thead>{isValidElement(columns) ? columns : <Heads columns={columns} />}</thead>
      <tbody ref={body}>
        {items.map((item, place) => {
          const key = keyOf(item);
          return (
            <Fragment key={key}>
              <tr
                className={classOf?.(item)}
                tabIndex={place === reached ? 0 : -1}
                onFocus={() => key === stop?.key || setStop({ key, place })}
              >
                {children(item)}
              </tr>
              {below?.(item)}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
  return props.isPart ? table : <div className="card over">{table}</div>;
}

function Heads({ columns }: { columns: readonly Column[] }) {
  return (
    <tr>
      {columns.map((column, place) => {
        const { label, isEnd, isSpoken } = typeof column === "string" ? { label: column } : column;
        if (!label) return <td key={place} />;
        return (
          <th key={place} scope="col" className={isEnd && "r"}>
            {isSpoken ? <span className="vh">{label}</span> : label}
          </th>
        );
      })}
    </tr>
  );
}

/** Moves the focus among the rows of a body. */
function useRowKeys() {
  const body = useRef<HTMLTableSectionElement>(null);
  useKeys(
    useMemo(() => {
      const go = (to: (here: number, last: number) => number) => {
        const rows = [...(body.current?.querySelectorAll<HTMLElement>(":scope > [tabindex]") ?? [])];
        const { activeElement } = document;
        const here = rows.findLastIndex((row) => row.contains(activeElement) || isBelow(row, activeElement));
        const last = rows.length - 1;
        rows[Math.max(0, Math.min(to(here, last), last))]?.focus();
      };
      // from outside, the row that Tab reaches comes first
      const isInside = () => body.current?.contains(document.activeElement);
      const stop = () => body.current?.querySelector<HTMLElement>(":scope > [tabindex='0']")?.focus();
      const step = (by: number) => () => (isInside() ? go((here) => here + by) : stop());
      const [down, up] = [step(1), step(-1)];
      const [first, last] = [() => go(() => 0), () => go((_here, end) => end)];
      const open = (event: KeyboardEvent) => {
        const { activeElement: row } = document;
        if (row?.parentElement === body.current) openRow(row, event);
      };
      return { down, up, first, last, open, openTab: open };
    }, []),
  );
  return body;
}

/** Whether an element is after a row, such as in what is opened below it. */
const isBelow = (row: Element, one: Element | null) =>
  one !== null && (row.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

function openRow(row: Element, { ctrlKey, metaKey }: KeyboardEvent): void {
  const part =
    row.querySelector<HTMLElement>("[data-opens]") ?? row.querySelector<HTMLElement>("button[aria-haspopup]");
  if ((ctrlKey || metaKey) && part instanceof HTMLAnchorElement) window.open(part.href, "_blank", "noopener");
  else part?.click();
}
