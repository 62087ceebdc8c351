/** Whose ticket: the customer it is linked to, or those it could be: what the CRM knows, and a search. */
import { type Customer, isDossierError, type TicketHistory } from "@dossier/api";
import { keepPreviousData, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { offerAddress } from "../customers/new-customer-memory.ts";
import { customerQuery, ticketQuery } from "../data/queries.ts";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { channelIcon, Icon } from "../ui/icon.tsx";
import { Address, Avatar, Brand, Foreign, nameOf } from "../ui/person.tsx";
import { Skeleton } from "../ui/states.tsx";
import { errorText } from "../ui/error-text.ts";
import { useErrorToast, useToast } from "../ui/toast.tsx";

const shownCandidates = 9;

export function Whose({ ticket }: { ticket: TicketHistory }) {
  const text = useText();
  const mayRead = useMay("CUSTOMER_READ");
  const link = useLink(ticket);
  const part = useRef<HTMLElement>(null);
  const shown = useRef(ticket.customerId);
  useLayoutEffect(() => {
    // what had the focus is gone with the customer, or with the candidates
    if (shown.current !== ticket.customerId && document.activeElement === document.body)
      part.current?.focus();
    shown.current = ticket.customerId;
  }, [ticket.customerId]);
  if (!mayRead) return null;
  return (
    <aside className="whose" aria-label={text.whose.title} ref={part} tabIndex={-1}>
      <div className="whose-body">
        {ticket.customerId === null ? (
          <Candidates ticket={ticket} link={link.to} />
        ) : (
          <Linked id={ticket.customerId} unlink={link.off} />
        )}
      </div>
    </aside>
  );
}

/** Links and unlinks a ticket; each can be undone. */
function useLink(ticket: TicketHistory) {
  const text = useText();
  const toast = useToast();
  const queries = useQueryClient();
  const set = async (customerId: number | null) => {
    await api.ticket.update({ id: ticket.id, customerId });
    for (const key of ["tickets", "tickets-of", "timeline", "counts", "newest"])
      void queries.invalidateQueries({ queryKey: [key] });
    await queries.invalidateQueries({ queryKey: ticketQuery(ticket.id).queryKey });
  };
  const tell = useErrorToast();
  return {
    to: async (customer: Customer, keepsAddress: boolean) => {
      try {
        await set(customer.id);
      } catch (error) {
        return tell(error);
      }
      let said = text.whose.linked(nameOf(customer));
      if (keepsAddress)
        try {
          await api.customer.addChannels({
            customerId: customer.id,
            channels: [{ type: ticket.channelName, address: ticket.from }],
          });
          await queries.invalidateQueries({ queryKey: customerQuery(customer.id).queryKey });
        } catch (error) {
          said = isDossierError(error, "channel_taken")
            ? text.whose.keepFailed(ticket.from)
            : `${said} ${errorText(error, text)}`;
        }
      return toast({ text: said, icon: "link", undo: () => void set(null).catch(tell) });
    },
    off: async () => {
      const before = ticket.customerId;
      try {
        await set(null);
      } catch (error) {
        return tell(error);
      }
      return toast({ text: text.whose.unlinked, icon: "unlink", undo: () => void set(before).catch(tell) });
    },
  };
}

function Linked({ id, unlink }: { id: number; unlink: () => Promise<void> }) {
  const text = useText();
  const mayUpdate = useMay("TICKET_UPDATE");
  const { data } = useQuery(customerQuery(id));
  return (
    <>
      <h2>{text.whose.of}</h2>
      {data ? (
        <Link className="holder small" href={`/customers/${id}`}>
          <Avatar customer={data} />
          <div className="grow">
            <b>
              <Foreign>{nameOf(data)}</Foreign>
            </b>
            <small className="t3">
              <Brand id={data.brandId} name={data.brandName} /> <span className="mono">{data.primaryId}</span>
            </small>
          </div>
        </Link>
      ) : (
        <Skeleton rows={1} />
      )}
      {data && (
        <ul className="reach">
          {data.channels.slice(0, 6).map(({ id: channel, channelName, address }) => (
            <li key={channel}>
              <Icon name={channelIcon(channelName)} />
              <div>
                <Address>{address}</Address>
              </div>
            </li>
          ))}
        </ul>
      )}
      {mayUpdate && (
        <button type="button" className="btn sm" onClick={() => void unlink()}>
          <Icon name="unlink" />
          {text.whose.unlink}
        </button>
      )}
    </>
  );
}

interface CandidatesProps {
  ticket: TicketHistory;
  link: (customer: Customer, keepsAddress: boolean) => Promise<void>;
}

function Candidates({ ticket, link }: CandidatesProps) {
  const text = useText();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<number>();
  const [keeps, setKeeps] = useState(true);
  const [isBusy, setBusy] = useState(false);
  const [mayUpdate, mayWrite] = [useMay("TICKET_UPDATE"), useMay("CUSTOMER_CUD")];
  const { brandId } = ticket;
  const known = useQueries({
    queries: (ticket.crmCandidates?.primaryIds ?? []).slice(0, shownCandidates).map((primaryId) => ({
      queryKey: ["by-primary-id", brandId, primaryId],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await api.customer.listByPrimaryId({ primaryId, brandId }, { signal })).items[0] ?? null,
    })),
  });
  const found = useQuery({
    queryKey: ["candidates", brandId, typed],
    enabled: typed.trim() !== "",
    gcTime: 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await api.customer.search({ query: typed.trim(), brandId, itemLimit: 6 }, { signal })).items,
  });
  const ids = ticket.crmCandidates?.primaryIds ?? [];
  const fromCrm = known.flatMap(({ data }) => (data ? [data] : []));
  const list = typed.trim() ? (found.data ?? []) : fromCrm;
  const selected = list.find(({ id }) => id === chosen) ?? list[0];
  const canKeep = mayWrite && ticket.from !== "";
  // what is shown may still answer an older text: nobody is linked who was not seen
  const isOlder = typed.trim() !== "" && (found.isPlaceholderData || !found.data);
  return (
    <form
      className="stack s"
      aria-busy={isOlder}
      onSubmit={(event) => {
        event.preventDefault();
        if (!selected || isBusy || isOlder) return;
        setBusy(true);
        void link(selected, canKeep && keeps).finally(() => setBusy(false));
      }}
    >
      <h2>{text.whose.title}</h2>
      {ticket.from && <p className="t2 small">{text.whose.nobody(ticket.brandName, ticket.from)}</p>}
      {ticket.crmConflict && (
        <div className="tell warn">
          <Icon name="warning" />
          <div>{text.whose.conflict}</div>
        </div>
      )}
      {ids.length > 0 && !typed && (
        <div className="sec-h">
          <h3>{text.whose.crm(ticket.crmCandidates?.count ?? ids.length)}</h3>
        </div>
      )}
      {mayUpdate && (
        <div className="input">
          <Icon name="search" />
          <input
            aria-label={text.whose.find}
            placeholder={text.whose.find}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setChosen(undefined);
            }}
            onKeyDown={(event) => {
              const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
              if (step === 0 || !selected) return;
              event.preventDefault();
              setChosen(list[list.indexOf(selected) + step]?.id ?? selected.id);
            }}
          />
        </div>
      )}
      {list.length > 0 && (
        <fieldset className="cands">
          <legend className="vh">{text.whose.choose}</legend>
          {list.map((customer) => (
            <label key={customer.id} className={customer === selected ? "cand on" : "cand"}>
              <input
                type="radio"
                name="candidate"
                checked={customer === selected}
                onChange={() => setChosen(customer.id)}
              />
              <Avatar customer={customer} />
              <span className="grow">
                <b>
                  <Foreign>{nameOf(customer)}</Foreign>
                </b>
                <small>
                  <span className="mono">{customer.primaryId || `#${customer.id}`}</span>
                  {customer.channels[0] && <> · {customer.channels[0].address}</>}
                </small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {typed.trim() && found.data?.length === 0 && (
        <p className="t3 small">{text.search.none(typed.trim())}</p>
      )}
      {mayUpdate && selected && (
        <>
          {canKeep && (
            <label className="check keep">
              <input type="checkbox" checked={keeps} onChange={(event) => setKeeps(event.target.checked)} />
              <span>
                {text.whose.keep(ticket.from)}
                <small>{text.whose.keepHint}</small>
              </span>
            </label>
          )}
          <button type="submit" className="btn pri wide" disabled={isBusy || isOlder}>
            <Icon name="link" />
            {text.whose.link(nameOf(selected))}
            <kbd className="kbd">↵</kbd>
          </button>
        </>
      )}
      {mayWrite && (
        <button
          type="button"
          className="btn sm"
          onClick={() => {
            if (ticket.from) offerAddress(ticket.from);
            navigate(`/customers/new?brand=${brandId}`);
          }}
        >
          <Icon name="plus" />
          {text.customer.new}
        </button>
      )}
    </form>
  );
}
