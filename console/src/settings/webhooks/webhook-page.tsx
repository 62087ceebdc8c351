/** One webhook: its state and why, figures from its deliveries, its acts, and the deliveries themselves. */
import type { Webhook } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { clock, longDate } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { useErrorToast, useToast } from "../../ui/toast.tsx";
import { BrandsOf } from "../parts/brands.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { DayBars } from "./day-bars.tsx";
import { Deliveries } from "./deliveries.tsx";
import { webhookTexts } from "./text.ts";
import { allEvents, totalsQuery, webhookQuery, webhooksKey } from "./webhook-data.ts";
import { WebhookForm } from "./webhook-form.tsx";
import { Secret, StatePill } from "./webhook-parts.tsx";

type Over = "edit" | "rotate" | "delete";

export function WebhookPage({ id }: { id: number }) {
  const text = useTexts(webhookTexts);
  const { pages } = useTexts(settingsTexts);
  const { data: webhook, error, refetch } = useQuery(webhookQuery(id));
  const [over, setOver] = useState<Over>();
  const [secret, setSecret] = useState<string>();
  return (
    <SettingsPage
      title={text.page.title(id)}
      trail={[{ href: "/settings/webhooks", label: pages.webhooks }]}
      isWide
      tools={webhook && <Tools webhook={webhook} onOver={setOver} />}
    >
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : webhook ? (
        <>
          <Head webhook={webhook} />
          {secret && (
            <Secret title={text.list.rotated} secret={secret} onClose={() => setSecret(undefined)} />
          )}
          <Figures id={id} waiting={webhook.waiting} />
          <Deliveries webhook={webhook} />
          <Overlays webhook={webhook} over={over} onClose={() => setOver(undefined)} onSecret={setSecret} />
        </>
      ) : (
        <Skeleton rows={5} />
      )}
    </SettingsPage>
  );
}

/** Pauses a webhook or switches it on. */
function useSwitch(webhook: Webhook): (isPaused: boolean) => void {
  const text = useTexts(webhookTexts);
  const queries = useQueryClient();
  const toast = useToast();
  const tell = useErrorToast();
  return (paused) => {
    api.webhook.update({ id: webhook.id, paused }).then(() => {
      toast({
        text: paused ? text.page.paused : text.page.switchedOn,
        icon: paused ? "pause" : "play",
        ...(paused && {
          undo: () => void api.webhook.update({ id: webhook.id, paused: false }).then(readAgain, tell),
        }),
      });
      return readAgain();
    }, tell);
  };
  function readAgain() {
    return queries.invalidateQueries({ queryKey: webhooksKey });
  }
}

function Tools({ webhook, onOver }: { webhook: Webhook; onOver: (over: Over) => void }) {
  const text = useTexts(webhookTexts);
  const pause = useSwitch(webhook);
  return (
    <>
      {webhook.state === "active" ? (
        <button type="button" className="btn sm" onClick={() => pause(true)}>
          <Icon name="pause" />
          {text.page.pause}
        </button>
      ) : (
        <button type="button" className="btn sm" onClick={() => pause(false)}>
          <Icon name="play" />
          {text.page.switchOn}
        </button>
      )}
      <Menu
        label={text.page.more}
        className="btn sm icon"
        items={[
          { label: text.page.edit, icon: "edit", run: () => onOver("edit") },
          { label: text.page.rotate, icon: "key", run: () => onOver("rotate") },
          "line",
          { label: text.page.delete, icon: "trash", isBad: true, run: () => onOver("delete") },
        ]}
      >
        <Icon name="more" />
      </Menu>
    </>
  );
}

const momentText = (at: string) => `${longDate(at)}, ${clock(at)}`;

function Head({ webhook }: { webhook: Webhook }) {
  const text = useTexts(webhookTexts);
  const { name, id, url, state, events, brandIds, rotatingUntil } = webhook;
  return (
    <>
      <header>
        <div>
          <div className="row-gap">
            <h1>
              <Foreign>{name || text.page.title(id)}</Foreign>
            </h1>
            <StatePill state={state} />
          </div>
          <p className="mono url">{url}</p>
          <p className="small hook-facts">
            <span title={events.join(", ")}>
              {text.list.events}:{" "}
              {events.length === allEvents.length
                ? text.list.all
                : events.map((one) => <code key={one}>{one} </code>)}
            </span>
            <BrandsOf ids={brandIds} />
          </p>
          {rotatingUntil && <p className="small">{text.list.both(momentText(rotatingUntil))}</p>}
        </div>
      </header>
      {state !== "active" && <Stopped webhook={webhook} />}
    </>
  );
}

/** Why nothing is sent, what waits, and what switching on sends. */
function Stopped({ webhook }: { webhook: Webhook }) {
  const text = useTexts(webhookTexts);
  const pause = useSwitch(webhook);
  const failed = useQuery(totalsQuery(webhook.id)).data?.failed ?? 0;
  const { offReason, offAt, waiting } = webhook;
  const isOff = webhook.state === "off";
  const counted = waiting.toLocaleString();
  return (
    <div className={isOff ? "tell bad stopped" : "tell stopped"}>
      <Icon name={isOff ? "warning" : "pause"} />
      <div>
        <b>{isOff && offAt ? text.page.offTitle(momentText(offAt)) : text.page.pausedTitle}</b>{" "}
        {isOff && offReason && `${text.reasons[offReason]}. `}
        {text.page.waits(counted)}
      </div>
      <button type="button" className="btn sm" onClick={() => pause(false)}>
        {failed > 0
          ? text.page.switchOnBoth(counted, failed.toLocaleString())
          : waiting > 0
            ? text.page.switchOnSends(counted)
            : text.page.switchOn}
      </button>
    </div>
  );
}

/** What the lists of deliveries tell: how many there are of each state, and the last day by the hour. */
function Figures({ id, waiting }: { id: number; waiting: number }) {
  const text = useTexts(webhookTexts);
  const { data } = useQuery(totalsQuery(id));
  if (!data) return null;
  return (
    <div className="stats">
      <Figure label={text.page.delivered} value={data.delivered} />
      <Figure label={text.page.failed} value={data.failed} />
      <Figure label={text.list.waiting} value={waiting} />
      <DayBars id={id} />
    </div>
  );
}

const maxCount = 10_000;

function Figure({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <small>{label}</small>
      <b className="num">{value > maxCount ? "10,000+" : value.toLocaleString()}</b>
    </div>
  );
}

interface OverlaysProps {
  webhook: Webhook;
  over: Over | undefined;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

function Overlays({ webhook, over, onClose, onSecret }: OverlaysProps) {
  const text = useTexts(webhookTexts);
  const queries = useQueryClient();
  const toast = useToast();
  const [, navigate] = useLocation();
  const { id, waiting } = webhook;
  const done = () => {
    void queries.invalidateQueries({ queryKey: webhooksKey });
    onClose();
  };
  if (over === "edit") return <WebhookForm webhook={webhook} onClose={onClose} onSaved={done} />;
  if (over === "rotate")
    return (
      <Confirm
        title={text.page.rotate}
        act={text.page.rotateAct}
        isGood
        onClose={onClose}
        onAct={async () => {
          const { secret } = await api.webhook.rotateSecret({ id });
          onSecret(secret);
          done();
        }}
      >
        <p>{webhook.rotatingUntil ? text.page.rotateAgain : text.page.rotateLead}</p>
      </Confirm>
    );
  if (over === "delete")
    return (
      <Confirm
        title={text.page.delete}
        act={text.page.delete}
        typedName={waiting > 0 ? webhook.name || String(id) : undefined}
        onClose={onClose}
        onAct={async () => {
          await api.webhook.delete({ id });
          toast({ text: text.page.deleted, icon: "trash" });
          navigate("/settings/webhooks", { replace: true });
          queries.removeQueries({ queryKey: webhookQuery(id).queryKey });
          await queries.invalidateQueries({ queryKey: webhooksKey });
        }}
      >
        <p>
          {text.page.deleteLead} {waiting > 0 && text.page.deleteWaiting(waiting.toLocaleString())}
        </p>
      </Confirm>
    );
  return null;
}
