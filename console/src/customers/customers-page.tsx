/** Customers: search as you type, with a preview of the marked hit. Every act works from the field, without the mouse. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import {
  brandsQuery,
  customerQuery,
  latestQuery,
  rememberCustomer,
  ticketsOfQuery,
} from "../data/queries.ts";
import { Bar, focusSearch } from "../frame/frame.tsx";
import { useMay } from "../session/session.tsx";
import { timelineQuery, wholeTimeline } from "../timeline/timeline-query.ts";
import { useText } from "../text/text.tsx";
import { useCopy } from "../ui/copy.tsx";
import { Icon } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import { letGo, useKeys } from "../ui/keys.ts";
import { usePageTitle } from "../ui/page-title.ts";
import { useIsPhone } from "../ui/screen.ts";
import { Blank, Failure, Skeleton } from "../ui/states.tsx";
import { HitRow } from "./hit.tsx";
import { type Group, groupHits, isSimilar } from "./groups.ts";
import { offerName } from "./new-customer-memory.ts";
import { Preview } from "./preview.tsx";
import { recall, remember, searchNumber } from "./search-memory.ts";
import type { Hit } from "./search-run.ts";
import { useSearch } from "./use-search.ts";

const previewPauseMs = 60;
const rowHeight = 58;
const headHeight = 36;

export function CustomersPage() {
  const text = useText();
  usePageTitle(text.nav.customers);
  const [number] = useState(searchNumber);
  const [parameters, setParameters] = useSearchParams();
  const brandId = Number(parameters.get("brand")) || undefined;
  const search = useSearch(number, { brandId });
  const { found, typed } = search;
  const [marked, setMarkedState] = useState(() => recall(number).marked);
  const [, navigate] = useLocation();
  const copy = useCopy();
  const mayWrite = useMay("CUSTOMER_CUD");
  const queries = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const brands = useQuery(brandsQuery).data ?? [];
  const isPhone = useIsPhone();
  const hits = found?.hits ?? [];
  const at = Math.min(marked, Math.max(hits.length - 1, 0));

  const setMarked = (place: number) => {
    setMarkedState(place);
    remember(number, { ...recall(number), marked: place });
  };
  const open = (hit: Hit | undefined, event?: { ctrlKey: boolean; metaKey: boolean }) => {
    if (!hit) return;
    rememberCustomer(queries, hit);
    if (event?.ctrlKey || event?.metaKey) window.open(`/customers/${hit.id}`, "_blank", "noopener");
    else navigate(`/customers/${hit.id}`);
  };
  const create = () => {
    offerName(typed.trim());
    navigate(brandId ? `/customers/new?brand=${brandId}` : "/customers/new");
  };
  const copyNumber = () => {
    const hit = hits[at];
    const channel = hit?.channels.find(({ address }) => address.startsWith("+")) ?? hit?.channels[0];
    if (channel) copy(channel.address);
  };

  useEffect(() => {
    const focus = () => {
      field.current?.focus();
      field.current?.select();
    };
    const begin = (event: Event) => search.setTyped((event as CustomEvent<string>).detail);
    document.addEventListener(focusSearch, focus);
    document.addEventListener("dossier-search-for", begin);
    return () => {
      document.removeEventListener(focusSearch, focus);
      document.removeEventListener("dossier-search-for", begin);
    };
  }, [search.setTyped]);
  // the preview is read while the mark rests, so that opening costs no wait
  const markedId = hits[at]?.id;
  useEffect(() => {
    const hit = hits[at];
    if (!hit || isPhone) return undefined;
    const timer = setTimeout(() => {
      queries.query(customerQuery(hit.id)).catch(() => undefined);
      queries.infiniteQuery(timelineQuery(hit.id, wholeTimeline)).catch(() => undefined);
    }, previewPauseMs * 5);
    return () => clearTimeout(timer);
  }, [markedId, isPhone]);

  const move = (step: number) => {
    letGo();
    const place = Math.max(0, Math.min(at + step, hits.length - 1));
    setMarked(place);
    if (place >= hits.length - 5) search.more();
  };
  useKeys({
    down: () => move(1),
    up: () => move(-1),
    first: () => move(-at),
    last: () => move(hits.length),
    open: (event) => open(hits[at], event),
    openTab: (event) => open(hits[at], event),
    newCustomer: create,
    copyNumber,
  });
  const onFieldKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const { ctrlKey, metaKey } = event;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter")
      void search.settled().then((settled) => open(settled[at] ?? settled[0], { ctrlKey, metaKey }));
    else if (event.key === "Escape" && typed) search.setTyped("");
    else return;
    event.preventDefault();
  };

  return (
    <>
      <Bar
        tools={
          mayWrite && (
            <button type="button" className="btn sm" onClick={create}>
              <Icon name="plus" />
              {text.customer.new}
              <KeyHint act="newCustomer" />
            </button>
          )
        }
      >
        <h1>{text.nav.customers}</h1>
      </Bar>
      <div className="finder">
        <div className="big-find" role="search">
          <label className="vh" htmlFor="search">
            {text.search.label}
          </label>
          <Icon name="search" size={20} />
          <input
            id="search"
            ref={field}
            className="bare"
            role="combobox"
            aria-expanded={hits.length > 0}
            aria-controls="hits"
            aria-activedescendant={hits[at] ? `hit-${hits[at].id}` : undefined}
            autoComplete="off"
            autoCorrect="off"
            spellCheck={false}
            autoFocus={!isPhone}
            placeholder={text.nav.find}
            value={typed}
            onChange={(event) => {
              search.setTyped(event.target.value);
              setMarked(0);
            }}
            onKeyDown={onFieldKey}
          />
          {typed && (
            <button
              type="button"
              className="btn ghost xs icon"
              aria-label={text.search.clear}
              onClick={() => {
                search.setTyped("");
                field.current?.focus();
              }}
            >
              <Icon name="x" />
            </button>
          )}
        </div>
        <div className="finder-row">
          {brands.length > 1 && (
            <label className="select sm">
              <span className="vh">{text.search.brand}</span>
              <select
                value={brandId ?? ""}
                onChange={(event) =>
                  setParameters(event.target.value ? { brand: event.target.value } : {}, { replace: true })
                }
              >
                <option value="">{text.search.allBrands}</option>
                {brands.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <Count found={found} />
          {mayWrite && !typed && (
            <Link href="/customers?deleted=1" className="end xsmall t3 plain">
              {text.search.deleted}
            </Link>
          )}
          {mayWrite && typed && (
            <span className="end xsmall t3 desk-only">
              {text.search.notAmong} <KeyHint act="newCustomer" way={1} /> {text.search.makesNew}
            </span>
          )}
        </div>
      </div>
      <div className="found" aria-busy={!search.error && found?.text !== typed.trim()}>
        <Hits
          hits={hits}
          text={found?.text ?? ""}
          marked={at}
          onMark={setMarked}
          onOpen={open}
          onEnd={search.more}
          empty={
            search.error ? (
              <Failure error={search.error} retry={search.again} />
            ) : found ? (
              <NoHit typed={found.text} onCreate={mayWrite ? create : undefined} />
            ) : (
              <Skeleton rows={5} />
            )
          }
        />
        {hits[at] && !isPhone && <RestingPreview hit={hits[at]} />}
      </div>
    </>
  );
}

/** The preview, once the mark has rested. */
function RestingPreview({ hit }: { hit: Hit }) {
  const [rested, setRested] = useState(hit);
  const queries = useQueryClient();
  useEffect(() => {
    if (rested.id === hit.id) return undefined;
    const timer = setTimeout(() => setRested(hit), previewPauseMs);
    return () => clearTimeout(timer);
  }, [hit, rested.id]);
  useEffect(
    () => () => {
      void queries.cancelQueries({ queryKey: latestQuery(rested.id).queryKey });
      void queries.cancelQueries({ queryKey: ticketsOfQuery(rested.id).queryKey });
    },
    [rested.id, queries],
  );
  return <Preview hit={rested.id === hit.id ? hit : rested} />;
}

const cap = 10_000;

/** How many there are; said half a second after the last key. */
function Count({ found }: { found: { total: number; hits: Hit[]; text: string } | undefined }) {
  const text = useText();
  const [said, setSaid] = useState("");
  const all = found ? text.search.found(Math.min(found.total, cap), found.total > cap) : "";
  const similar = found?.text ? found.hits.filter(isSimilar).length : 0;
  const line = similar > 0 ? text.search.foundSimilar(all, similar) : all;
  useEffect(() => {
    const timer = setTimeout(() => setSaid(line), 500);
    return () => clearTimeout(timer);
  }, [line]);
  return (
    <p className="small t2">
      <span aria-hidden="true">{line}</span>
      <span className="vh" role="status">
        {said}
      </span>
    </p>
  );
}

function NoHit({ typed, onCreate }: { typed: string; onCreate: (() => void) | undefined }) {
  const text = useText();
  return (
    <Blank
      icon={typed ? "search" : "people"}
      title={typed ? text.search.none(typed) : text.search.empty}
      hint={typed ? text.search.noneHint : text.search.emptyHint}
    >
      {onCreate && (
        <button type="button" className="btn sm" onClick={onCreate}>
          <Icon name="plus" />
          <bdi>{typed ? text.customer.newNamed(typed) : text.customer.new}</bdi>
          <KeyHint act="newCustomer" way={typed ? 1 : 0} />
        </button>
      )}
    </Blank>
  );
}

interface HitsProps {
  hits: Hit[];
  text: string;
  marked: number;
  onMark: (place: number) => void;
  onOpen: (hit: Hit, event: { ctrlKey: boolean; metaKey: boolean }) => void;
  onEnd: () => void;
  empty: React.ReactNode;
}

type Row = { head: Group } | { hit: Hit; place: number };

/** The hits under their headings, as a list that only draws what is seen. */
function Hits({ hits, text: query, marked, onMark, onOpen, onEnd, empty }: HitsProps) {
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo<Row[]>(() => groupHits(hits, query), [hits, query]);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => (rows[place] && "head" in rows[place] ? headHeight : rowHeight),
    getItemKey: (place) => {
      const row = rows[place];
      return row && "hit" in row ? row.hit.id : `head-${row?.head}`;
    },
    overscan: 8,
  });
  useEffect(() => {
    const place = rows.findIndex((row) => "hit" in row && row.place === marked);
    if (place > 0) list.scrollToIndex(place, { align: "auto" });
    else if (marked === 0) list.scrollToOffset(0);
  }, [marked, rows]);
  const items = list.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 5) onEnd();
  }, [last, rows.length, onEnd]);
  if (hits.length === 0) return <div className="scroll hits">{empty}</div>;
  return (
    <div className="scroll hits" ref={scroller}>
      <div
        className="virtual"
        role="listbox"
        id="hits"
        aria-label={text.search.customers}
        style={{ height: list.getTotalSize() }}
      >
        {items.map(({ index, key, start }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <div
              key={key}
              data-index={index}
              ref={list.measureElement}
              className="virtual-row"
              role="presentation"
              style={{ transform: `translateY(${start}px)` }}
            >
              {"head" in row ? (
                <GroupHead group={row.head} />
              ) : (
                <HitRow
                  hit={row.hit}
                  id={`hit-${row.hit.id}`}
                  query={query}
                  isMarked={row.place === marked}
                  isSimilar={isSimilar(row.hit)}
                  onMark={() => onMark(row.place)}
                  onOpen={(event) => onOpen(row.hit, event)}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function GroupHead({ group }: { group: Group }) {
  const text = useText();
  const name = { same: text.search.same, prefix: text.search.prefix, similar: text.search.similar }[group];
  return (
    <div className="hit-head" role="presentation">
      <span>{name}</span>
      {group === "similar" && <span className="t3">{text.search.similarHint}</span>}
    </div>
  );
}
