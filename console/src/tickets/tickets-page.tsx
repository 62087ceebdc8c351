/** Tickets: those without a customer first, then the open ones, then all. */
import type { Ticket, TicketListInput } from "@dossier/api";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { unlessLive } from "../data/live.ts";
import { brandsQuery, customerQuery } from "../data/queries.ts";
import { Bar } from "../frame/frame.tsx";
import { leaveTrail } from "../frame/trail.tsx";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { exactTime, shortTime } from "../ui/format.ts";
import { channelIcon, Icon } from "../ui/icon.tsx";
import { letGo, useKeys } from "../ui/keys.ts";
import { usePageTitle } from "../ui/page-title.ts";
import { Avatar, Brand, Foreign, nameOf } from "../ui/person.tsx";
import { Blank, Failure, Skeleton } from "../ui/states.tsx";
import { Priority, StatePill } from "./signs.tsx";

type Which = "unlinked" | "open" | "all";
const pageSize = 50;
const rowHeight = 58;

function inputOf(which: Which, brandId: number | undefined, typed: string): TicketListInput {
  const brand = brandId ? { brandId } : {};
  if (typed) return { query: typed, ...brand };
  if (which === "unlinked") return { linked: false, ...brand };
  if (which === "open") return { status: ["new", "open", "pending"], ...brand };
  return brand;
}

export function TicketsPage() {
  const text = useText();
  usePageTitle(text.tickets.title);
  const [parameters, setParameters] = useSearchParams();
  const [, navigate] = useLocation();
  const brandId = Number(parameters.get("brand")) || undefined;
  const which: Which =
    parameters.get("linked") === "0"
      ? "unlinked"
      : parameters.get("status") === "open"
        ? "open"
        : parameters.has("all")
          ? "all"
          : "unlinked";
  const [typed, setTyped] = useState("");
  const [marked, setMarked] = useState(0);
  const brands = useQuery(brandsQuery).data ?? [];
  const input = inputOf(which, brandId, typed.trim());
  const list = useInfiniteQuery({
    queryKey: ["tickets", input],
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    refetchInterval: unlessLive(30_000),
    queryFn: ({ pageParam, signal }) =>
      // what is typed stands in a body, and in no address
      api.ticket[input.query ? "search" : "list"](
        { ...input, itemLimit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) },
        { signal },
      ),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const tickets = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  useEffect(() => {
    if (tickets.length > 0)
      leaveTrail(
        "tickets",
        tickets.map(({ id }) => id),
      );
  }, [tickets]);
  const at = Math.min(marked, Math.max(0, tickets.length - 1));
  const choose = (next: Which) => {
    setMarked(0);
    const brand = brandId ? { brand: String(brandId) } : {};
    const filter = { unlinked: { linked: "0" }, open: { status: "open" }, all: { all: "1" } }[next];
    setParameters({ ...brand, ...filter }, { replace: true });
  };
  // rows of an older text are shown until the answer comes, and are not opened
  const open = ({ ctrlKey, metaKey }: KeyboardEvent) => {
    const ticket = tickets[at];
    if (list.isPlaceholderData || !ticket) return;
    const path = `/tickets/${ticket.id}`;
    if (ctrlKey || metaKey) window.open(path, "_blank", "noopener");
    else navigate(path);
  };
  const mark = (place: number) => {
    letGo();
    setMarked(Math.max(0, Math.min(place, tickets.length - 1)));
  };
  useKeys({
    down: () => mark(at + 1),
    up: () => mark(at - 1),
    first: () => mark(0),
    last: () => mark(tickets.length - 1),
    open,
    openTab: open,
    link: open,
  });
  const names = { unlinked: text.tickets.unlinked, open: text.tickets.open, all: text.tickets.all };
  const total = data?.pages[0]?.itemTotal;
  return (
    <>
      <Bar>
        <h1>{text.tickets.title}</h1>
      </Bar>
      <div className="list-bar">
        <div className="seg" role="group" aria-label={text.tickets.which}>
          {(["unlinked", "open", "all"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === which && !typed}
              onClick={() => choose(one)}
            >
              {names[one]}{" "}
              {one === which && !typed && total !== undefined && (
                <span className="n">{total > 10_000 ? "10,000+" : total.toLocaleString()}</span>
              )}
            </button>
          ))}
        </div>
        {brands.length > 1 && (
          <label className="select sm">
            <span className="vh">{text.search.brand}</span>
            <select
              value={brandId ?? ""}
              onChange={(event) => {
                const next = new URLSearchParams(parameters);
                if (event.target.value) next.set("brand", event.target.value);
                else next.delete("brand");
                setParameters(next, { replace: true });
              }}
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
        <span className="end input sm find-in desk-only">
          <Icon name="search" size={15} />
          <input
            aria-label={text.tickets.find}
            placeholder={text.tickets.findHint}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </span>
      </div>
      <TicketList
        tickets={tickets}
        marked={at}
        onMark={setMarked}
        onEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
        lead={which === "unlinked" && !typed ? text.tickets.lead : ""}
        empty={
          error ? (
            <Failure error={error} retry={() => void refetch()} />
          ) : data ? (
            <Blank
              icon={which === "unlinked" ? "ok" : "ticket"}
              title={which === "unlinked" && !typed ? text.tickets.noneUnlinked : text.tickets.none}
              hint={text.tickets.noneHint}
            />
          ) : (
            <Skeleton rows={5} />
          )
        }
      />
    </>
  );
}

interface TicketListProps {
  tickets: Ticket[];
  marked: number;
  onMark: (place: number) => void;
  onEnd: () => void;
  lead: string;
  empty: React.ReactNode;
}

function TicketList({ tickets, marked, onMark, onEnd, lead, empty }: TicketListProps) {
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: tickets.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (place) => tickets[place]?.id ?? place,
    overscan: 8,
  });
  const drawn = list.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (tickets.length > 0 && last >= tickets.length - 5) onEnd();
  }, [last, tickets.length]);
  useEffect(() => {
    if (marked > 0) list.scrollToIndex(marked, { align: "auto" });
  }, [marked]);
  if (tickets.length === 0) return <div className="scroll">{empty}</div>;
  const above = drawn[0]?.start ?? 0;
  const below = list.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  return (
    <div className="scroll" ref={scroller}>
      {lead && (
        <p className="lead desk-only">
          <Icon name="info" size={15} />
          {lead}
        </p>
      )}
      <table className="table tickets">
        <thead>
          <tr>
            <th scope="col">{text.tickets.ticket}</th>
            <th scope="col">{text.tickets.state}</th>
            <th scope="col">
              <span className="vh">{text.tickets.priority}</span>
            </th>
            <th scope="col">{text.customer.brand}</th>
            <th scope="col">{text.tickets.customer}</th>
            <th scope="col" className="r">
              {text.tickets.lastWord}
            </th>
          </tr>
        </thead>
        <tbody>
          {above > 0 && (
            <tr aria-hidden="true" className="space">
              <td colSpan={6} style={{ height: above }} />
            </tr>
          )}
          {drawn.map(({ index, key }) => {
            const ticket = tickets[index];
            return (
              ticket && (
                <TicketRow
                  key={key}
                  ticket={ticket}
                  isMarked={index === marked}
                  onMark={() => onMark(index)}
                />
              )
            );
          })}
          {below > 0 && (
            <tr aria-hidden="true" className="space">
              <td colSpan={6} style={{ height: below }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function TicketRow({ ticket, isMarked, onMark }: { ticket: Ticket; isMarked: boolean; onMark: () => void }) {
  const text = useText();
  const from = [ticket.fromName, ticket.from].filter(Boolean).join(" · ");
  return (
    <tr className={isMarked ? "on" : ""} onPointerMove={() => isMarked || onMark()}>
      <td>
        <div className="tk">
          <Icon name={channelIcon(ticket.channelName)} size={17} />
          <div>
            <Link href={`/tickets/${ticket.id}`} className="tk-t">
              <Foreign>{ticket.title || text.tickets.noTitle}</Foreign>
            </Link>
            <span className="sub">
              <Foreign>{from}</Foreign>
            </span>
          </div>
        </div>
      </td>
      <td>
        <StatePill status={ticket.status} />
      </td>
      <td>
        <Priority priority={ticket.priority} />
      </td>
      <td>
        <Brand id={ticket.brandId} name={ticket.brandName} />
      </td>
      <td>
        {ticket.customerId === null ? (
          <span className="could t3">
            {ticket.crmCandidateCount ? text.tickets.inCrm(ticket.crmCandidateCount) : text.tickets.unknown}
          </span>
        ) : (
          <CustomerName id={ticket.customerId} />
        )}
      </td>
      <td className="r t3 nowrap" title={exactTime(ticket.lastUpdate)}>
        {shortTime(ticket.lastUpdate, text)}
      </td>
    </tr>
  );
}

function CustomerName({ id }: { id: number }) {
  const text = useText();
  const { data } = useQuery({
    ...customerQuery(id),
    refetchInterval: false,
    enabled: useMay("CUSTOMER_READ"),
  });
  if (!data) return <Link href={`/customers/${id}`}>{text.customer.title(id)}</Link>;
  return (
    <Link className="plain avatar-line" href={`/customers/${id}`}>
      <Avatar customer={data} size="s" />
      <Foreign>{nameOf(data)}</Foreign>
    </Link>
  );
}
