/** Webhooks: the list, a new one, and the page of each. */
import type { Webhook } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Route, Switch } from "wouter";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Blank, Failure, Skeleton } from "../../ui/states.tsx";
import { BrandsOf } from "../parts/brands.tsx";
import { More, usePaged } from "../parts/paged.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { webhookTexts } from "./text.ts";
import { allEvents, webhooksKey } from "./webhook-data.ts";
import { WebhookForm } from "./webhook-form.tsx";
import { WebhookPage } from "./webhook-page.tsx";
import { Secret, StatePill } from "./webhook-parts.tsx";

export function WebhooksPage() {
  return (
    <Switch>
      <Route path="/settings/webhooks/:id">
        {({ id }) =>
          /^[1-9]\d{0,14}$/.test(id) ? <WebhookPage key={id} id={Number(id)} /> : <WebhookList />
        }
      </Route>
      <Route>
        <WebhookList />
      </Route>
    </Switch>
  );
}

function WebhookList() {
  const text = useTexts(webhookTexts);
  const { pages } = useTexts(settingsTexts);
  const queries = useQueryClient();
  const list = usePaged([...webhooksKey, "list"], (place, signal) => api.webhook.list(place, { signal }));
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <SettingsPage
      title={pages.webhooks}
      isWide
      tools={
        <button type="button" className="btn pri sm" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          {text.list.new}
        </button>
      }
    >
      <header>
        <div>
          <h1>{pages.webhooks}</h1>
          <p>{text.list.lead}</p>
        </div>
      </header>
      {secret && <Secret title={text.list.made} secret={secret} onClose={() => setSecret(undefined)} />}
      {list.error ? (
        <Failure error={list.error} retry={list.readAgain} />
      ) : list.items.length > 0 ? (
        <Rows webhooks={list.items} />
      ) : list.isRead ? (
        <Blank icon="webhook" title={text.list.none} hint={text.list.noneHint} />
      ) : (
        <Skeleton rows={4} />
      )}
      <More list={list} />
      {isMaking && (
        <WebhookForm
          onClose={() => setMaking(false)}
          onSaved={(next) => {
            setMaking(false);
            setSecret(next);
            void queries.invalidateQueries({ queryKey: webhooksKey });
          }}
        />
      )}
    </SettingsPage>
  );
}

function Rows({ webhooks }: { webhooks: readonly Webhook[] }) {
  const text = useTexts(webhookTexts);
  return (
    <div className="card over" role="region" tabIndex={0} aria-label={text.list.webhook}>
      <table className="table row-list hooks">
        <thead>
          <tr>
            <th scope="col">{text.list.webhook}</th>
            <th scope="col">{text.list.state}</th>
            <th scope="col">{text.list.events}</th>
            <th scope="col">{text.list.brands}</th>
            <th scope="col" className="r">
              {text.list.waiting}
            </th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <td className="full">
                <Link href={`/settings/webhooks/${webhook.id}`} className="link">
                  <Foreign>{webhook.name || text.page.title(webhook.id)}</Foreign>
                </Link>
                <span className="sub mono cut">{webhook.url}</span>
              </td>
              <td>
                <StatePill state={webhook.state} />
              </td>
              <td className="small" title={webhook.events.join(", ")}>
                <span className="phone-only t3">{text.list.events} </span>
                {webhook.events.length === allEvents.length
                  ? text.list.all
                  : text.list.of(webhook.events.length, allEvents.length)}
              </td>
              <td className="small">
                <BrandsOf ids={webhook.brandIds} />
              </td>
              <td className="r">
                <span className="phone-only small t3">{text.list.waiting} </span>
                {webhook.waiting.toLocaleString()}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
