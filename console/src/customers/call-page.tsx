/** A call that comes in: one holder of the number is opened at once, several are shown to choose from, else a search. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { Link, useLocation } from "wouter";
import type { Customer } from "@dossier/api";
import { rememberCustomer, ticketsOfQuery } from "../data/queries.ts";
import { Bar, focusSearch } from "../frame/frame.tsx";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { StatePill } from "../tickets/signs.tsx";
import { useText } from "../text/text.tsx";
import { Icon } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import { useKeys } from "../ui/keys.ts";
import { usePageTitle } from "../ui/page-title.ts";
import { Avatar, Brand, Foreign, nameOf } from "../ui/person.tsx";
import { Failure, Skeleton } from "../ui/states.tsx";
import { putAwayCall, useCall } from "./call.ts";
import { offerAddress } from "./new-customer-memory.ts";

export function CallPage() {
  const text = useText();
  usePageTitle(text.call.title);
  const call = useCall();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const mayWrite = useMay("CUSTOMER_CUD");
  const number = call?.number ?? "";
  const { data, error, refetch } = useQuery({
    queryKey: ["call", number],
    enabled: number.length > 2,
    gcTime: 0,
    queryFn: async ({ signal }) =>
      (await api.customer.listByChannel({ value: number, itemLimit: 9 }, { signal })).items,
  });
  const [only, second] = data ?? [];
  useEffect(() => {
    if (!only || second) return;
    rememberCustomer(queries, only);
    navigate(`/customers/${only.id}`, { replace: true });
  }, [only, second, queries, navigate]);
  useEffect(() => {
    if (!call) navigate("/customers", { replace: true });
  }, [call, navigate]);
  const search = () => {
    navigate("/customers");
    setTimeout(() => document.dispatchEvent(new Event(focusSearch)));
  };
  const create = () => {
    if (number) offerAddress(number);
    navigate("/customers/new");
  };
  useKeys(
    useMemo(
      () => ({
        choose: ({ key }: KeyboardEvent) => {
          const holder = data?.[Number(key) - 1];
          if (holder) navigate(`/customers/${holder.id}`);
        },
        newCustomer: create,
        back: putAwayCall,
      }),
      [data, number],
    ),
  );
  if (!call) return null;
  const isWithheld = number.length <= 2;
  return (
    <>
      <Bar
        tools={
          <button
            type="button"
            className="btn ghost sm icon"
            aria-label={text.call.putAway}
            onClick={putAwayCall}
          >
            <Icon name="x" />
          </button>
        }
      >
        <h1>{text.call.title}</h1>
      </Bar>
      <div className="scroll">
        <div className="call-page">
          <div className="call-top">
            <span className="pulse big">
              <Icon name="incoming" size={26} />
            </span>
            <div>
              <p className="call-n num">{isWithheld ? text.call.withheld : number}</p>
            </div>
          </div>
          <p className="call-q" role="status">
            {isWithheld
              ? text.call.withheldHint
              : data
                ? data.length === 0
                  ? text.call.none
                  : data.length > 1 && text.call.several(data.length)
                : !error && text.call.reading}
          </p>
          {Boolean(error) && <Failure error={error} retry={() => void refetch()} />}
          {!data && !error && !isWithheld && <Skeleton rows={2} />}
          {data && data.length > 1 && (
            <div className="holders">
              {data.map((holder, place) => (
                <Holder key={holder.id} holder={holder} place={place + 1} />
              ))}
            </div>
          )}
          <div className="call-else">
            <span className="t3">{text.call.else}</span>
            <button
              type="button"
              className="btn"
              onClick={search}
              autoFocus={isWithheld || data?.length === 0}
            >
              <Icon name="search" />
              {text.nav.find}
              <KeyHint act="search" />
            </button>
            {mayWrite && (
              <button type="button" className="btn" onClick={create}>
                <Icon name="plus" />
                {isWithheld ? text.customer.new : text.call.newWith}
                <KeyHint act="newCustomer" />
              </button>
            )}
          </div>
        </div>
      </div>
    </>
  );
}

function Holder({ holder, place }: { holder: Customer; place: number }) {
  const text = useText();
  const tickets = useQuery({ ...ticketsOfQuery(holder.id), enabled: useMay("TICKET_READ") }).data;
  const open = tickets?.find(({ status }) => status !== "solved" && status !== "closed");
  return (
    <Link className="holder" href={`/customers/${holder.id}`}>
      <kbd className="kbd">{place}</kbd>
      <Avatar customer={holder} size="l" />
      <div className="grow">
        <h2>
          <Foreign>{nameOf(holder)}</Foreign>
        </h2>
        <p>
          <Brand id={holder.brandId} name={holder.brandName} />
          <span className="mono t3">{holder.primaryId}</span>
        </p>
      </div>
      <div className="holder-now">
        {open ? (
          <>
            <b className="cut">
              <Foreign>{open.title || text.tickets.noTitle}</Foreign>
            </b>
            <span>
              <StatePill status={open.status} />
            </span>
          </>
        ) : (
          <span className="t3">{text.now.nothing}</span>
        )}
      </div>
    </Link>
  );
}
