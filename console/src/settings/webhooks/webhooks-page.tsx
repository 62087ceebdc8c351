/** Webhooks: the list, a new one, and the page of each. */
import type { Webhook } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Route, Switch } from "wouter";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { BrandsOf } from "../parts/brands.tsx";
import { ListView, useList } from "../parts/list.tsx";
import { Table } from "../parts/table.tsx";
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
  const list = useList([...webhooksKey, "list"], (paging, signal) => api.webhook.list(paging, { signal }));
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <SettingsPage
      title={pages.webhooks}
      lead={text.list.lead}
      isWide
      tools={
        <button type="button" className="btn pri sm" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          {text.list.new}
        </button>
      }
    >
      {secret && <Secret title={text.list.made} secret={secret} onClose={() => setSecret(undefined)} />}
      <ListView list={list} empty={<Blank icon="webhook" title={text.list.none} hint={text.list.noneHint} />}>
        {(webhooks) => <Rows webhooks={webhooks} />}
      </ListView>
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
    <Table
      label={text.list.webhook}
      className="row-list hooks"
      columns={[
        text.list.webhook,
        text.list.state,
        text.list.events,
        text.list.brands,
        { label: text.list.waiting, isEnd: true },
      ]}
      items={webhooks}
      keyOf={({ id }) => id}
    >
      {(webhook) => (
        <>
          <td className="full">
            <Link href={`/settings/webhooks/${webhook.id}`} className="link" data-opens>
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
        </>
      )}
    </Table>
  );
}
