/** Keys of programs or of people: who may do what, new keys, and their end. */
import type { ApiKey } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTexts } from "../../text/texts.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Blank } from "../../ui/states.tsx";
import { ListView } from "../parts/list.tsx";
import { SecretOnce } from "../parts/secret-once.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { useKeyList } from "./key-list.ts";
import { KeyMatrix } from "./key-matrix.tsx";
import { type MadeKey, NewKey } from "./new-key.tsx";
import { PeopleTable } from "./people-table.tsx";
import { RevokeKey } from "./revoke-key.tsx";
import { accessTexts } from "./text.ts";

/** What differs between the page of programs and that of people. */
const kinds = {
  service: { page: "keys", icon: "key", List: KeyMatrix },
  person: { page: "people", icon: "people", List: PeopleTable },
} as const;

export const KeysPage = () => <AccessPage kind="service" />;
export const PeoplePage = () => <AccessPage kind="person" />;

function AccessPage({ kind }: Pick<ApiKey, "kind">) {
  const { page, icon, List } = kinds[kind];
  const texts = useTexts(accessTexts);
  const text = texts[page];
  const { pages } = useTexts(settingsTexts);
  const queries = useQueryClient();
  const list = useKeyList(kind);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey>();
  const [revoking, setRevoking] = useState<ApiKey>();
  return (
    <SettingsPage
      title={pages[page]}
      lead={text.lead}
      isWide
      tools={
        <button type="button" className="btn pri sm" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          {text.new}
        </button>
      }
    >
      {made && (
        <SecretOnce
          key={made.id}
          title={text.made(made.name)}
          secret={made.secret}
          onClose={() => setMade(undefined)}
        >
          {kind === "person" && <HandOver name={made.name} />}
        </SecretOnce>
      )}
      <ListView
        list={list}
        empty={
          <Blank
            icon={icon}
            title={list.hasOver ? text.noneLive : text.none}
            hint={list.hasOver ? texts.keys.noneLiveHint : text.noneHint}
          />
        }
      >
        {(keys) => <List keys={keys} freshId={made?.id} onRevoke={setRevoking} />}
      </ListView>
      <OverSwitch list={list} />
      {isMaking && (
        <NewKey
          kind={kind}
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

/** Shows or hides the keys that are over, where there are any. */
function OverSwitch({ list }: { list: ReturnType<typeof useKeyList> }) {
  const text = useTexts(accessTexts);
  if (!list.hasOver && !list.showsOver) return null;
  return (
    <p className="small under">
      <button type="button" className="link" onClick={list.toggleOver}>
        {list.showsOver ? text.keys.hideOver : text.keys.showOver}
      </button>
    </p>
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
