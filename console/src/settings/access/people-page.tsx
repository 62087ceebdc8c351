/** People: everybody's own key, what it may do in words, and how a new one is handed over. */
import type { ApiKey } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Blank, Failure, Skeleton } from "../../ui/states.tsx";
import { BrandsOf } from "../parts/brands.tsx";
import { Ago } from "../parts/moment.tsx";
import { More } from "../parts/paged.tsx";
import { SecretOnce } from "../parts/secret-once.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { isOver } from "./key-life.ts";
import { useKeyList } from "./key-list.ts";
import { KeyEnd, MadeBy } from "./key-matrix.tsx";
import { OverSwitch } from "./keys-page.tsx";
import { type MadeKey, NewKey } from "./new-key.tsx";
import { roleOf, tidy } from "./permissions.ts";
import { RevokeKey } from "./revoke-key.tsx";
import { accessTexts } from "./text.ts";

export function PeoplePage() {
  const text = useTexts(accessTexts);
  const { pages } = useTexts(settingsTexts);
  const queries = useQueryClient();
  const list = useKeyList("person");
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey>();
  const [revoking, setRevoking] = useState<ApiKey>();
  const add = () => setMaking(true);
  return (
    <SettingsPage
      title={pages.people}
      isWide
      tools={
        <button type="button" className="btn pri sm" onClick={add}>
          <Icon name="plus" />
          {text.people.add}
        </button>
      }
    >
      <header>
        <div>
          <h1>{pages.people}</h1>
          <p>{text.people.lead}</p>
        </div>
      </header>
      {made && (
        <SecretOnce
          key={made.id}
          title={text.people.made(made.name)}
          secret={made.secret}
          onClose={() => setMade(undefined)}
        >
          <HandOver name={made.name} />
        </SecretOnce>
      )}
      {list.error ? (
        <Failure error={list.error} retry={list.readAgain} />
      ) : list.shown.length > 0 ? (
        <People keys={list.shown} freshId={made?.id} onRevoke={setRevoking} />
      ) : list.isRead && !list.hasMore ? (
        <Blank
          icon="people"
          title={list.hasOver ? text.people.noneLive : text.people.none}
          hint={text.people.noneHint}
        />
      ) : (
        <Skeleton rows={4} />
      )}
      <More list={list} />
      <OverSwitch list={list} />
      {isMaking && (
        <NewKey
          kind="person"
          onClose={() => setMaking(false)}
          onMade={(next) => {
            setMaking(false);
            setMade(next);
            void queries.invalidateQueries({ queryKey: ["keys"] });
          }}
        />
      )}
      {revoking && <RevokeKey apiKey={revoking} onClose={() => setRevoking(undefined)} />}
    </SettingsPage>
  );
}

/** How the key reaches its person, and where it is used. */
function HandOver({ name }: { name: string }) {
  const text = useTexts(accessTexts);
  const address = `${location.origin}/sign-in`;
  return (
    <div className="hand-over">
      <p>
        <bdi>{text.people.handOver(name)}</bdi>
      </p>
      <div className="secret">
        <code>{address}</code>
        <CopyButton value={address} what={text.people.address} />
      </div>
    </div>
  );
}

interface PeopleProps {
  keys: readonly ApiKey[];
  freshId: number | undefined;
  onRevoke: (key: ApiKey) => void;
}

function People({ keys, freshId, onRevoke }: PeopleProps) {
  const text = useTexts(accessTexts);
  const { session } = useSession();
  return (
    <div className="card over" role="region" tabIndex={0} aria-label={text.people.person}>
      <table className="table row-list persons">
        <thead>
          <tr>
            <th scope="col">{text.people.person}</th>
            <th scope="col">{text.people.may}</th>
            <th scope="col">{text.keys.brands}</th>
            <th scope="col">{text.people.seen}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} className={key.id === freshId ? "fresh" : isOver(key) ? "past" : ""}>
              <td className="full">
                <b className="med">
                  <Foreign>{key.name}</Foreign>
                </b>
                <span className="sub mono">{key.prefix}…</span>
                <MadeBy apiKey={key} />
              </td>
              <td className="full may">
                {text.roles[roleOf(key.permissions) ?? "own"]}
                <span className="sub">
                  {tidy(key.permissions)
                    .map((one) => text.may[one])
                    .join(" · ")}
                </span>
                {key.headersAllowed && <span className="tag">{text.people.headers}</span>}
              </td>
              <td className="full small">
                <BrandsOf ids={key.brandIds} />
              </td>
              <td className="small t2 nowrap">
                {session?.keyId === key.id ? text.keys.thisPage : <Ago at={key.lastUsedAt} />}
                <KeyEnd apiKey={key} />
              </td>
              <td className="r">
                {!isOver(key) && (
                  <Menu
                    label={text.keys.more(key.name)}
                    items={[{ label: text.revoke.act, icon: "trash", isBad: true, run: () => onRevoke(key) }]}
                  >
                    <Icon name="more" />
                  </Menu>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
