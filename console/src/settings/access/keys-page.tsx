/** API keys of programs: who may do what, new keys, and their end. */
import type { ApiKey } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Blank, Failure, Skeleton } from "../../ui/states.tsx";
import { More } from "../parts/paged.tsx";
import { SecretOnce } from "../parts/secret-once.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { useKeyList } from "./key-list.ts";
import { KeyMatrix } from "./key-matrix.tsx";
import { type MadeKey, NewKey } from "./new-key.tsx";
import { RevokeKey } from "./revoke-key.tsx";
import { accessTexts } from "./text.ts";

export function KeysPage() {
  const text = useTexts(accessTexts);
  const { pages } = useTexts(settingsTexts);
  const queries = useQueryClient();
  const list = useKeyList("service");
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey>();
  const [revoking, setRevoking] = useState<ApiKey>();
  return (
    <SettingsPage
      title={pages.keys}
      isWide
      tools={
        <button type="button" className="btn pri sm" onClick={() => setMaking(true)}>
          <Icon name="plus" />
          {text.keys.new}
        </button>
      }
    >
      <header>
        <div>
          <h1>{pages.keys}</h1>
          <p>
            {text.keys.lead} {text.keys.people}
          </p>
        </div>
      </header>
      {made && (
        <SecretOnce
          key={made.id}
          title={text.keys.made(made.name)}
          secret={made.secret}
          onClose={() => setMade(undefined)}
        />
      )}
      {list.error ? (
        <Failure error={list.error} retry={list.readAgain} />
      ) : list.shown.length > 0 ? (
        <KeyMatrix keys={list.shown} freshId={made?.id} onRevoke={setRevoking} />
      ) : list.isRead && !list.hasMore ? (
        <Blank
          icon="key"
          title={list.hasOver ? text.keys.noneLive : text.keys.none}
          hint={list.hasOver ? text.keys.noneLiveHint : text.keys.noneHint}
        />
      ) : (
        <Skeleton rows={5} />
      )}
      <More list={list} />
      <OverSwitch list={list} />
      {isMaking && (
        <NewKey
          kind="service"
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
export function OverSwitch({ list }: { list: ReturnType<typeof useKeyList> }) {
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
