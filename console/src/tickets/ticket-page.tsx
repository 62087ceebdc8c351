/** A ticket: its story, oldest first, and whose it is. */
import type { TicketHistory, TicketStatus } from "@dossier/api";
import { isDossierError } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLocation } from "wouter";
import { ticketQuery } from "../data/queries.ts";
import { Bar } from "../frame/frame.tsx";
import { TrailTools } from "../frame/trail.tsx";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { MessageRow } from "../timeline/row-view.tsx";
import { dayName, dayOf, exactTime, shortTime } from "../ui/format.ts";
import { channelIcon, Icon } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { usePageTitle } from "../ui/page-title.ts";
import { Address, Brand, Foreign } from "../ui/person.tsx";
import { Blank, Failure, Skeleton } from "../ui/states.tsx";
import { useErrorToast } from "../ui/toast.tsx";
import { Priority, StatePill } from "./signs.tsx";
import { Whose } from "./whose.tsx";
import { Write } from "./write.tsx";

const states: TicketStatus[] = ["new", "open", "pending", "solved", "closed"];

export function TicketPage({ id }: { id: number }) {
  const text = useText();
  usePageTitle(text.tickets.number(id));
  const { data, error, refetch } = useQuery(ticketQuery(id));
  const [, navigate] = useLocation();
  useKeys(
    useMemo(
      () => ({
        back: () => navigate("/tickets"),
        write: () => document.getElementById("write")?.focus(),
        link: () => document.querySelector<HTMLElement>(".whose input, .whose button")?.focus(),
      }),
      [navigate],
    ),
  );
  const isMissing = isDossierError(error, "not_found");
  return (
    <>
      <Bar
        parent={{ href: "/tickets", label: text.nav.tickets }}
        tools={<TrailTools noun="tickets" id={id} />}
      >
        {data ? (
          <b>
            <Foreign>{data.title || text.tickets.noTitle}</Foreign>
          </b>
        ) : (
          <h1>{text.tickets.number(id)}</h1>
        )}
      </Bar>
      {isMissing && <Blank icon="ticket" title={text.tickets.missing} hint={text.customer.missingHint} />}
      {Boolean(error) && !isMissing && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={4} />}
      {data && !isMissing && <Loaded ticket={data} />}
    </>
  );
}

function Loaded({ ticket }: { ticket: TicketHistory }) {
  const text = useText();
  const mayWrite = useMay("MESSAGE_CREATE");
  const story = (ticket.timeline ?? [])
    .filter((item) => item.type === "message" || item.type === "note")
    .toReversed();
  let day: number | undefined;
  return (
    <div className="tick">
      <div className="scroll tick-main">
        <header className="tick-head">
          <h1>
            <Foreign>{ticket.title || text.tickets.noTitle}</Foreign>
          </h1>
          <p>
            <State ticket={ticket} />
            <Priority priority={ticket.priority} />
            <span>
              <Icon name={channelIcon(ticket.channelName)} size={15} />
              <Address>{ticket.from}</Address>
            </span>
            {ticket.fromName && (
              <span className="t2">
                <Foreign>{ticket.fromName}</Foreign>
              </span>
            )}
            {ticket.to && <span className="t3">{text.tickets.to(ticket.to)}</span>}
            <Brand id={ticket.brandId} name={ticket.brandName} />
            <span className="t3" title={exactTime(ticket.createdAt)}>
              {text.tickets.number(ticket.id)} · {shortTime(ticket.createdAt, text)}
            </span>
          </p>
        </header>
        <div className="stream" role="region" aria-label={text.timeline.label}>
          {story.map((item, place) => {
            const isNewDay = dayOf(item.createdAt) !== day;
            day = dayOf(item.createdAt);
            const heading = dayName(item.createdAt, text);
            return (
              <div key={item.id}>
                {isNewDay && (
                  <h2 className="day">
                    <span>{heading.name}</span>
                    {heading.beside && <small>{heading.beside}</small>}
                  </h2>
                )}
                <MessageRow
                  item={item}
                  contact={ticket.fromName || ticket.from}
                  place={place + 1}
                  size={story.length}
                />
              </div>
            );
          })}
        </div>
        {mayWrite && <Write ticket={ticket} />}
      </div>
      <Whose ticket={ticket} />
    </div>
  );
}

/** The state, changed in place by those who may. */
function State({ ticket }: { ticket: TicketHistory }) {
  const text = useText();
  const queries = useQueryClient();
  const tell = useErrorToast();
  const mayUpdate = useMay("TICKET_UPDATE");
  const key = ticketQuery(ticket.id).queryKey;
  if (!mayUpdate) return <StatePill status={ticket.status} />;
  const change = async (status: TicketStatus) => {
    const before = ticket.status;
    queries.setQueryData(key, { ...ticket, status });
    try {
      await api.ticket.update({ id: ticket.id, status });
    } catch (error) {
      queries.setQueryData(key, { ...ticket, status: before });
      tell(error);
    }
    await queries.invalidateQueries({ queryKey: ["tickets"] });
    await queries.invalidateQueries({ queryKey: key });
  };
  return (
    <label className={`pill ${ticket.status} state-select`}>
      <span className="vh">{text.tickets.setState}</span>
      <select value={ticket.status} onChange={(event) => void change(event.target.value as TicketStatus)}>
        {states.map((state) => (
          <option key={state} value={state}>
            {text.tickets.states[state]}
          </option>
        ))}
      </select>
    </label>
  );
}
