/** Now: the open matter first, then the latest event, then what was before. */
import type { Customer, Ticket } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { latestEventQuery, ticketsOfQuery } from "../data/queries.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { dayOf, longDate, shortTime, words } from "../ui/format.ts";
import { channelIcon, eventIcon, Icon } from "../ui/icon.tsx";
import { Foreign } from "../ui/person.tsx";

const isOpen = ({ status }: Ticket) => status !== "solved" && status !== "closed";

export function NowCards({ customer }: { customer: Customer }) {
  const text = useText();
  const mayTickets = useMay("TICKET_READ");
  const tickets = useQuery({ ...ticketsOfQuery(customer.id), enabled: mayTickets }).data;
  const event = useQuery(latestEventQuery(customer.id)).data;
  if (mayTickets && !tickets) return <div className="now" aria-hidden="true" />;
  const open = tickets?.filter(isOpen).sort((a, b) => b.lastUpdate.localeCompare(a.lastUpdate)) ?? [];
  const before = tickets?.filter((ticket) => !isOpen(ticket)) ?? [];
  return (
    <div className="now">
      {open[0] && <OpenCard ticket={open[0]} />}
      {mayTickets && open.length === 0 && (
        <div className="now-card">
          <small>{text.now.nothing}</small>
          <b>{text.now.nothingHint}</b>
          <span>
            <Icon name="ok" size={14} />
            {text.now.since(longDate(customer.createdAt))}
          </span>
        </div>
      )}
      {event && (
        <div className="now-card">
          <small>{text.now.latestEvent(words(event.eventType || "event").toLowerCase())}</small>
          <b title={event.description}>
            <Foreign>{event.description}</Foreign>
          </b>
          <span>
            <Icon name={eventIcon(event.eventType).icon} size={14} />
            {shortTime(event.createdAt, text)}
          </span>
        </div>
      )}
      {before.length > 0 && (
        <div className="now-card">
          <small>{text.now.before}</small>
          <b>{text.now.solved(before.length)}</b>
          <span>
            <Icon name="clock" size={14} />
            {text.now.since(longDate(before.at(-1)?.createdAt ?? customer.createdAt))}
          </span>
        </div>
      )}
    </div>
  );
}

function OpenCard({ ticket }: { ticket: Ticket }) {
  const text = useText();
  const isWaiting = ticket.lastMessageBy === "customer";
  const who = ticket.lastMessageBy && (isWaiting ? text.now.customerLast : text.now.agentLast);
  const days = dayOf(new Date()) - dayOf(ticket.lastUpdate);
  return (
    <Link className={isWaiting ? "now-card hot" : "now-card"} href={`/tickets/${ticket.id}`}>
      <small>
        {text.now.open}
        {who && ` · ${who}`}
      </small>
      <b>
        <Foreign>{ticket.title || text.tickets.noTitle}</Foreign>
      </b>
      <span>
        <Icon name={channelIcon(ticket.channelName)} size={14} />
        {isWaiting ? text.now.waiting(days) : shortTime(ticket.lastUpdate, text)}
      </span>
    </Link>
  );
}
