/** Deliveries of a webhook, newest first: filter and opened row are in the address; each can be sent again. */
import type { Webhook, WebhookDelivery } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { api } from "../../session/api.ts";
import { useMay } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Blank } from "../../ui/states.tsx";
import { useErrorToast, useToast } from "../../ui/toast.tsx";
import { ListView, useList } from "../parts/list.tsx";
import { Moment, Until } from "../parts/moment.tsx";
import { Table } from "../parts/table.tsx";
import { Replay } from "./replay.tsx";
import { webhookTexts } from "./text.ts";
import { deliveryStates, totalsQuery, webhooksKey } from "./webhook-data.ts";

const refreshMs = 15_000;

export function Deliveries({ webhook }: { webhook: Webhook }) {
  const text = useTexts(webhookTexts);
  const { id } = webhook;
  const [parameters, setParameters] = useSearchParams();
  const state = deliveryStates.find((one) => one === parameters.get("state"));
  const { data: totals } = useQuery(totalsQuery(id));
  const [isReplaying, setReplaying] = useState(false);
  const list = useList(
    [...webhooksKey, "deliveries", id, state],
    (paging, signal) =>
      api.webhook.listDeliveries({ id, ...(state ? { state } : {}), ...paging }, { signal }),
    refreshMs,
  );
  const choose = (next: typeof state) => setParameters(next ? { state: next } : {}, { replace: true });
  return (
    <section className="card">
      <header className="del-head">
        <h2>{text.deliveries.title}</h2>
        <div className="seg" role="group" aria-label={text.deliveries.show}>
          <button type="button" aria-pressed={!state} onClick={() => choose(undefined)}>
            {text.deliveries.all}
          </button>
          {(["waiting", "failed"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={state === one} onClick={() => choose(one)}>
              {text.deliveryStates[one]}{" "}
              {totals && totals[one] > 0 && <span className="n">{totals[one].toLocaleString()}</span>}
            </button>
          ))}
        </div>
        {webhook.state === "active" && (
          <button type="button" className="btn sm" onClick={() => setReplaying(true)}>
            <Icon name="refresh" />
            {text.deliveries.range}
          </button>
        )}
      </header>
      <ListView
        list={list}
        empty={
          <Blank
            icon="mailing"
            title={state ? text.deliveries.noneOf : text.deliveries.none}
            hint={state ? undefined : text.deliveries.noneHint}
          />
        }
      >
        {(deliveries) => <Rows deliveries={deliveries} isSending={webhook.state === "active"} />}
      </ListView>
      {isReplaying && <Replay id={id} onClose={() => setReplaying(false)} />}
    </section>
  );
}

function Rows({ deliveries, isSending }: { deliveries: readonly WebhookDelivery[]; isSending: boolean }) {
  const text = useTexts(webhookTexts);
  const [parameters, setParameters] = useSearchParams();
  const open = Number(parameters.get("open")) || undefined;
  const toggle = (id: number) => {
    const next = new URLSearchParams(parameters);
    if (open === id) next.delete("open");
    else next.set("open", String(id));
    setParameters(next, { replace: true });
  };
  return (
    <Table
      label={text.deliveries.title}
      className="dels"
      columns={[
        text.deliveries.state,
        text.deliveries.event,
        text.deliveries.about,
        text.deliveries.answer,
        text.deliveries.happened,
        text.deliveries.due,
        "",
      ]}
      items={deliveries}
      keyOf={({ id }) => id}
      classOf={({ id }) => (id === open ? "open" : "")}
      below={(delivery) =>
        delivery.id === open && (
          <tr className="detail">
            <td colSpan={7}>
              <Detail delivery={delivery} isSending={isSending} />
            </td>
          </tr>
        )
      }
      isPart
    >
      {(delivery) => (
        <Cells
          delivery={delivery}
          isOpen={delivery.id === open}
          isSending={isSending}
          onToggle={() => toggle(delivery.id)}
        />
      )}
    </Table>
  );
}

const dots: Record<WebhookDelivery["state"], string> = { waiting: "warn", delivered: "good", failed: "bad" };

interface CellsProps {
  delivery: WebhookDelivery;
  isOpen: boolean;
  /** the webhook is on: what waits has a time */
  isSending: boolean;
  onToggle: () => void;
}

function Cells({ delivery, isOpen, isSending, onToggle }: CellsProps) {
  const text = useTexts(webhookTexts);
  const mayRead = useMay("CUSTOMER_READ");
  const { state, event, customerId, createdAt, dueAt } = delivery;
  const about = text.deliveries.customer(customerId);
  return (
    <>
      <td>
        <button
          type="button"
          className="row-gap nw"
          aria-expanded={isOpen}
          data-opens
          aria-label={`${text.deliveryStates[state]}, ${text.deliveries.open(event, customerId)}`}
          onClick={onToggle}
        >
          <Icon name={isOpen ? "down" : "right"} size={14} />
          <span className={`dot ${dots[state]}`} />
          {text.deliveryStates[state]}
        </button>
      </td>
      <td>
        <code>{event}</code>
      </td>
      <td>
        {mayRead ? (
          <Link className="plain" href={`/customers/${customerId}`}>
            {about}
          </Link>
        ) : (
          about
        )}
      </td>
      <td className="small">
        <Answer delivery={delivery} />
      </td>
      <td className="small t2 nowrap">
        <Moment at={createdAt} />
      </td>
      <td className="small t2 nowrap">{isSending && dueAt && <Until at={dueAt} />}</td>
      <td className="r">{isSending && <SendAgain delivery={delivery} />}</td>
    </>
  );
}

function Answer({ delivery: { status, attempts } }: { delivery: WebhookDelivery }) {
  const text = useTexts(webhookTexts);
  if (attempts === 0) return text.deliveries.untried;
  const isGood = status !== null && status < 300;
  return (
    <>
      <span className={isGood ? "" : "med"}>{status ?? text.deliveries.noAnswer}</span>
      {(!isGood || attempts > 1) && `, ${text.deliveries.tries(attempts)}`}
    </>
  );
}

function SendAgain({ delivery: { id, state } }: { delivery: WebhookDelivery }) {
  const text = useTexts(webhookTexts);
  const queries = useQueryClient();
  const toast = useToast();
  const tell = useErrorToast();
  const [isBusy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      await api.webhook.redeliver({ id });
      toast({ text: text.deliveries.isSent, icon: "refresh" });
      await queries.invalidateQueries({ queryKey: webhooksKey });
    } catch (error) {
      tell(error);
    }
    setBusy(false);
  };
  return (
    <button type="button" className="btn xs" disabled={isBusy} onClick={() => void send()}>
      <Icon name="refresh" size={14} />
      {state === "waiting" ? text.deliveries.now : text.deliveries.again}
    </button>
  );
}

/** What the list says of one delivery beside its row. */
function Detail({ delivery, isSending }: { delivery: WebhookDelivery; isSending: boolean }) {
  const text = useTexts(webhookTexts);
  const { eventId, sequence, attemptedAt, deliveredAt, dueAt } = delivery;
  const times = [
    [text.deliveries.happened, delivery.createdAt],
    [text.deliveries.triedAt, attemptedAt],
    [text.deliveries.deliveredAt, deliveredAt],
    [text.deliveries.due, dueAt],
  ] as const;
  return (
    <div className="det">
      <dl className="kv">
        {times.map(
          ([label, at]) =>
            at && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  <Moment at={at} hasSeconds />
                </dd>
              </div>
            ),
        )}
        <dt>{text.deliveries.answer}</dt>
        <dd>
          <Answer delivery={delivery} />
        </dd>
      </dl>
      <div>
        <dl className="kv">
          <dt>{text.deliveries.id}</dt>
          <dd className="mono">{eventId}</dd>
          <dt>{text.deliveries.sequence}</dt>
          <dd className="mono">{sequence}</dd>
        </dl>
        <p className="xsmall t3">{text.deliveries.bytes}</p>
        {isSending && (
          <div className="phone-only">
            <SendAgain delivery={delivery} />
          </div>
        )}
      </div>
    </div>
  );
}
