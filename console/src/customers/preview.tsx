/** Preview of the marked hit: how to reach the customer, what is open, what happened last. Opening then costs no wait. */
import { useQuery } from "@tanstack/react-query";
import type { Ticket, TimelineItem } from "@dossier/api";
import { Link } from "wouter";
import { latestQuery, ticketsOfQuery } from "../data/queries.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { exactTime, shortTime, valueText, words } from "../ui/format.ts";
import { channelIcon, eventIcon, Icon, type IconName } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import { Address, Avatar, Brand, Foreign, nameOf } from "../ui/person.tsx";
import { Skeleton } from "../ui/states.tsx";
import { StatePill } from "../tickets/signs.tsx";
import type { Hit } from "./search-run.ts";

export function Preview({ hit }: { hit: Hit }) {
  const text = useText();
  const mayTickets = useMay("TICKET_READ");
  const tickets = useQuery({ ...ticketsOfQuery(hit.id), enabled: mayTickets, refetchInterval: false });
  const latest = useQuery(latestQuery(hit.id));
  const open = tickets.data?.filter(({ status }) => status !== "solved" && status !== "closed") ?? [];
  const custom = Object.entries(hit.custom).slice(0, 5);
  return (
    <aside className="peek" aria-label={text.search.preview(nameOf(hit))}>
      <div className="peek-body">
        <header>
          <Avatar customer={hit} size="l" />
          <div>
            <h2>
              <Foreign>{nameOf(hit)}</Foreign>
            </h2>
            <p>
              <Brand id={hit.brandId} name={hit.brandName} />
              {hit.primaryId && <span className="mono t3">{hit.primaryId}</span>}
            </p>
          </div>
        </header>
        {hit.channels.length > 0 && (
          <ul className="reach">
            {hit.channels.slice(0, 6).map(({ id, channelName, address }) => (
              <li key={id}>
                <Icon name={channelIcon(channelName)} />
                <div>
                  <Address>{address}</Address>
                </div>
                <CopyButton value={address} what={address} />
              </li>
            ))}
          </ul>
        )}
        {open.length > 0 && (
          <section>
            <h3>{text.search.openNow}</h3>
            {open.slice(0, 2).map((ticket) => (
              <OpenTicket key={ticket.id} ticket={ticket} />
            ))}
          </section>
        )}
        <section>
          <h3>{text.search.latest}</h3>
          {latest.isPending && <Skeleton rows={3} />}
          {latest.data?.length === 0 && <p className="t3 small">{text.search.noHistory}</p>}
          <ol className="minis">
            {latest.data?.map((item) => (
              <Mini key={item.id} item={item} />
            ))}
          </ol>
        </section>
        {custom.length > 0 && (
          <section>
            <h3>{text.search.goodToKnow}</h3>
            <dl className="kv small">
              {custom.map(([name, value]) => (
                <div key={name}>
                  <dt>{words(name)}</dt>
                  <dd>
                    <Foreign>{valueText(value, text)}</Foreign>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        )}
      </div>
      <footer className="keys">
        <span>
          <KeyHint act="open" /> {text.words.open.toLowerCase()}
        </span>
        <span>
          <KeyHint act="up" />
          <KeyHint act="down" /> {text.search.move}
        </span>
        <span>
          <KeyHint act="copyNumber" /> {text.search.copyNumber}
        </span>
        <Link href={`/customers/${hit.id}`} className="btn pri sm end">
          {text.words.open}
          <KeyHint act="open" />
        </Link>
      </footer>
    </aside>
  );
}

function OpenTicket({ ticket }: { ticket: Ticket }) {
  const text = useText();
  return (
    <Link className="now-ticket" href={`/tickets/${ticket.id}`}>
      <Icon name={channelIcon(ticket.channelName)} />
      <div>
        <b className="cut">
          <Foreign>{ticket.title || text.tickets.noTitle}</Foreign>
        </b>
        <small>
          {text.tickets.number(ticket.id)} · {shortTime(ticket.lastUpdate, text)}
        </small>
      </div>
      <StatePill status={ticket.status} />
    </Link>
  );
}

/** The sign of an item of the timeline. */
function signOf(item: TimelineItem): { icon: IconName; kind: string } {
  if (item.type === "event") return { icon: eventIcon(item.eventType).icon, kind: "" };
  if (item.type === "note") return { icon: "note", kind: "note" };
  if (item.type === "ticket") return { icon: "ticket", kind: "" };
  return item.direction === "outbound" ? { icon: "out", kind: "out" } : { icon: "in", kind: "" };
}

function Mini({ item }: { item: TimelineItem }) {
  const text = useText();
  const { icon, kind } = signOf(item);
  const says = "content" in item ? item.content : item.type === "ticket" ? item.title : item.description;
  return (
    <li className={`mini ${kind}`}>
      <span className="node">
        <Icon name={icon} size={14} />
      </span>
      <div>
        <p className="cut2">
          <Foreign>{says || item.description}</Foreign>
        </p>
        <small title={exactTime(item.createdAt)}>
          {item.initiatedBy && (
            <>
              <Foreign>{item.initiatedBy}</Foreign> ·{" "}
            </>
          )}
          {shortTime(item.createdAt, text)}
        </small>
      </div>
    </li>
  );
}
