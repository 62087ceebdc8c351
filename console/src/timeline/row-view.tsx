/** Rows of a timeline, drawn. */
import type { Customer, TicketStatus, TimelineEvent, TimelineMessage, TimelineNote } from "@dossier/api";
import { memo, useState } from "react";
import { Link } from "wouter";
import { StatePill } from "../tickets/signs.tsx";
import { useText } from "../text/text.tsx";
import { clock, dayName, exactTime, words } from "../ui/format.ts";
import { channelIcon, eventIcon, Icon } from "../ui/icon.tsx";
import { Foreign, nameOf } from "../ui/person.tsx";
import type { Row } from "./rows.ts";

interface RowViewProps {
  row: Row;
  customer: Customer;
  place: number;
  size: number;
  /** shows each event of the fold with this key */
  onUnfold: (key: string) => void;
}

const isStatus = (status: string): status is TicketStatus =>
  ["new", "open", "pending", "solved", "closed"].includes(status);

export const RowView = memo(function RowView({ row, customer, place, size, onUnfold }: RowViewProps) {
  const text = useText();
  switch (row.kind) {
    case "day": {
      const { name, beside } = dayName(row.at, text);
      return (
        <h3 className="day">
          <span>{name}</span>
          {beside && <small>{beside}</small>}
        </h3>
      );
    }
    case "ticket":
      return (
        <div className="thread">
          <span />
          <span className="node k-ticket">
            <Icon name="ticket" size={14} />
          </span>
          <Link href={`/tickets/${row.ticketId}`}>
            <b>
              <Foreign>{row.title || text.timeline.ticket(row.ticketId)}</Foreign>
            </b>
          </Link>
          {row.channelName && <Icon name={channelIcon(row.channelName)} size={14} className="t3" />}
          <span className="t3 xsmall nowrap desk-only">{text.timeline.ticket(row.ticketId)}</span>
          {isStatus(row.status) && <StatePill status={row.status} />}
        </div>
      );
    case "event":
      return <EventRow item={row.item} place={place} size={size} />;
    case "fold":
      return <FoldRow events={row.events} onUnfold={() => onUnfold(row.key)} />;
    case "message":
      return <MessageRow item={row.item} contact={nameOf(customer)} place={place} size={size} />;
  }
});

/** An address of the web that may be opened: http or https, its host shown. */
function safeLink(address: string): { href: string; host: string } | undefined {
  if (address === "") return undefined; // most events have none, and an error costs more than the rest of a row
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:"
      ? { href: url.href, host: url.host }
      : undefined;
  } catch {
    return undefined;
  }
}

interface ArticleProps {
  place: number;
  size: number;
}

function EventRow({ item, place, size }: { item: TimelineEvent } & ArticleProps) {
  const { icon, tint } = eventIcon(item.eventType);
  const link = safeLink(item.sourceUrl);
  return (
    <article className="ev" tabIndex={-1} aria-posinset={place} aria-setsize={size}>
      <time dateTime={item.createdAt} title={exactTime(item.createdAt)}>
        {clock(item.createdAt)}
      </time>
      <span className={`node ${tint}`} title={words(item.eventType)}>
        <Icon name={icon} size={15} />
      </span>
      <LongText className="">{item.description}</LongText>
      {link ? (
        <span className="src">
          <a href={link.href} target="_blank" rel="noreferrer noopener" title={link.host}>
            {item.initiatedBy ? <Foreign>{item.initiatedBy}</Foreign> : link.host}
            <Icon name="external" size={13} />
          </a>
        </span>
      ) : (
        <bdi className="src" dir="auto">
          {item.initiatedBy}
        </bdi>
      )}
    </article>
  );
}

function FoldRow({ events, onUnfold }: { events: TimelineEvent[]; onUnfold: () => void }) {
  const text = useText();
  const [first] = events;
  if (!first) return null;
  const { icon, tint } = eventIcon(first.eventType);
  return (
    <article className="ev" tabIndex={-1}>
      <time dateTime={first.createdAt}>{clock(first.createdAt)}</time>
      <span className={`node ${tint}`}>
        <Icon name={icon} size={15} />
      </span>
      <p>
        <button type="button" className="link" onClick={onUnfold}>
          {text.timeline.folded(events.length, words(first.eventType || "event"))}
        </button>
      </p>
      <span className="src" />
    </article>
  );
}

interface MessageRowProps extends ArticleProps {
  item: TimelineMessage | TimelineNote;
  /** who is meant where a message from outside has no name */
  contact: string;
}

/** A message or a note, in a timeline and in a ticket. */
export function MessageRow({ item, contact, place, size }: MessageRowProps) {
  const text = useText();
  const direction = item.type === "note" ? "note" : item.direction === "outbound" ? "out" : "in";
  const who = item.initiatedBy || (direction === "in" ? contact : text.timeline.us);
  return (
    <article className={`msg ${direction}`} tabIndex={-1} aria-posinset={place} aria-setsize={size}>
      <time dateTime={item.createdAt} title={exactTime(item.createdAt)}>
        {clock(item.createdAt)}
      </time>
      <span className={`node k-${direction}`}>
        <Icon name={direction} size={14} />
      </span>
      <div className="said">
        <header>
          <b>
            <Foreign>{who}</Foreign>
          </b>
          <span>{item.type === "note" ? text.timeline.note : words(item.channelName ?? "")}</span>
        </header>
        <LongText className="pre">{item.content || item.description}</LongText>
      </div>
    </article>
  );
}

const clampedFrom = 600;

/** A text, cut after eight lines until it is opened. */
function LongText({ children, className }: { children: string; className: string }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const isLong = children.length > clampedFrom || children.split("\n").length > 8;
  if (!isLong)
    return (
      <p dir="auto" className={`long ${className}`}>
        {children}
      </p>
    );
  return (
    <div className="long">
      <p dir="auto" className={isOpen ? className : `${className} clamp`}>
        {children}
      </p>
      <button type="button" className="link small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? text.words.showLess : text.words.showMore}
      </button>
    </div>
  );
}
