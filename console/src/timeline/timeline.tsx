/**
 * Timeline: what of it is shown, by kind, type of event and day. That stands in the address, so that a colleague sees the
 * same; nothing of the customer does.
 */
import type { Customer } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useSearchParams } from "wouter";
import { countsQuery } from "../data/queries.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { longDate, words } from "../ui/format.ts";
import { Icon } from "../ui/icon.tsx";
import { waysOf } from "../ui/keymap.ts";
import { useKeys } from "../ui/keys.ts";
import { Stream } from "./stream.tsx";
import type { Shown } from "./timeline-query.ts";

const kinds: Shown[] = ["all", "ticket", "message", "note", "event"];

interface TimelineProps {
  customer: Customer;
  scroller: HTMLDivElement | null;
}

/** The first moment after a day of the reader's calendar, such as "2026-04-12"; undefined if it is no day. */
function endOfDay(day: string | null): string | undefined {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + 1);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

export function Timeline({ customer, scroller }: TimelineProps) {
  const text = useText();
  const { id } = customer;
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get("show") as Shown | null;
  const shown = wanted && kinds.includes(wanted) ? wanted : "all";
  const eventType = shown === "event" ? (parameters.get("kind") ?? undefined) : undefined;
  const day = parameters.get("at");
  const until = endOfDay(day);
  const mayTickets = useMay("TICKET_READ");
  const counts = useQuery(countsQuery(id)).data;
  const [isAsking, setAsking] = useState(false);
  const names = {
    all: text.timeline.all,
    ticket: text.timeline.tickets,
    message: text.timeline.messages,
    note: text.timeline.notes,
    event: text.timeline.events,
  };
  const offered = kinds.filter((kind) => mayTickets || kind !== "note");
  const change = (changes: Record<string, string | undefined>) =>
    setParameters(
      (before) => {
        const next = Object.entries({ ...Object.fromEntries(before), ...changes });
        return Object.fromEntries(next.filter((entry): entry is [string, string] => Boolean(entry[1])));
      },
      { replace: true },
    );
  const show = (kind: Shown) => change({ show: kind === "all" ? undefined : kind, kind: undefined });
  useKeys(
    useMemo(
      () => ({
        show: ({ key }: KeyboardEvent) => {
          const kind = offered[Number(key) - 1];
          if (kind) show(kind);
        },
        goToDay: () => setAsking(true),
      }),
      [mayTickets],
    ),
  );
  const types = counts?.eventTypes ?? [];
  const showsDay = isAsking || until !== undefined;
  return (
    <>
      <div className="story-bar">
        <div className="seg" role="group" aria-label={text.timeline.show}>
          {offered.map((kind) => (
            <button key={kind} type="button" aria-pressed={kind === shown} onClick={() => show(kind)}>
              {names[kind]} {counts && <span className="n">{counts[kind]}</span>}
            </button>
          ))}
        </div>
        {shown === "event" && (types.length > 1 || eventType) && (
          <span className="select sm">
            <select
              aria-label={text.timeline.eventType}
              value={eventType ?? ""}
              onChange={(event) => change({ kind: event.target.value })}
            >
              <option value="">{text.timeline.everyType}</option>
              {eventType && !types.some((one) => one.name === eventType) && (
                <option value={eventType}>{words(eventType)}</option>
              )}
              {types.map(({ name, count }) => (
                <option key={name} value={name}>
                  {words(name)} · {count}
                </option>
              ))}
            </select>
          </span>
        )}
        {showsDay ? (
          <span className="input sm day-input">
            <input
              type="date"
              aria-label={text.keys.goToDay}
              autoFocus={isAsking}
              defaultValue={until ? (day ?? "") : ""}
              max={new Date().toISOString().slice(0, 10)}
              onChange={(event) => {
                if (endOfDay(event.target.value)) change({ at: event.target.value });
              }}
              onBlur={() => setAsking(false)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" && event.key !== "Escape") return;
                event.stopPropagation();
                event.preventDefault();
                event.currentTarget.blur();
              }}
            />
          </span>
        ) : (
          <button
            type="button"
            className="btn ghost sm icon"
            aria-label={text.keys.goToDay}
            title={`${text.keys.goToDay} (${waysOf("goToDay").join()})`}
            onClick={() => setAsking(true)}
          >
            <Icon name="calendar" />
          </button>
        )}
      </div>
      {until && day && (
        <div className="newer">
          <button type="button" className="filter on" onClick={() => change({ at: undefined })}>
            <Icon name="up" size={14} />
            {text.timeline.fromNewest(longDate(`${day}T12:00:00`))}
          </button>
        </div>
      )}
      <Stream
        key={`${id}-${shown}-${eventType}-${until}`}
        customer={customer}
        extent={{ shown, eventType, until }}
        scroller={scroller}
      />
    </>
  );
}
