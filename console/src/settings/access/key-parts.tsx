/** Parts of a row of keys: who made it, when it was used and ends, and its menu. */
import type { ApiKey } from "@dossier/api";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { exactTime, longDate } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Ago } from "../parts/moment.tsx";
import { partsTexts } from "../parts/text.ts";
import { endsInDays, isOver } from "./key-life.ts";
import { accessTexts } from "./text.ts";

export interface KeysProps {
  keys: readonly ApiKey[];
  /** the one that was just made */
  freshId: number | undefined;
  onRevoke: (key: ApiKey) => void;
}

export const classOfKey = (freshId: number | undefined) => (key: ApiKey) =>
  key.id === freshId ? "fresh" : isOver(key) ? "past" : "";

interface KeyMenuProps {
  apiKey: ApiKey;
  onRevoke: KeysProps["onRevoke"];
}

export function KeyMenu({ apiKey: key, onRevoke }: KeyMenuProps) {
  const text = useTexts(accessTexts);
  if (isOver(key)) return null;
  return (
    <Menu
      label={text.keys.more(key.name)}
      items={[{ label: text.revoke.act, icon: "trash", isBad: true, run: () => onRevoke(key) }]}
    >
      <Icon name="more" />
    </Menu>
  );
}

/** When a key was used last, and ends or ended. */
export function KeyUse({ apiKey: key }: { apiKey: ApiKey }) {
  const text = useTexts(accessTexts);
  const { session } = useSession();
  return (
    <>
      {session?.keyId === key.id ? text.keys.thisPage : <Ago at={key.lastUsedAt} />} <KeyEnd apiKey={key} />
    </>
  );
}

/** Who made a key; none for the first keys of an installation. */
export function MadeBy({ apiKey: { createdBy, createdAt } }: { apiKey: ApiKey }) {
  const text = useTexts(accessTexts);
  const parts = useTexts(partsTexts);
  if (!createdBy) return null;
  return (
    <span className="sub" title={exactTime(createdAt)}>
      <Foreign>{text.keys.by(createdBy.name ?? parts.key(createdBy.id))}</Foreign>
    </span>
  );
}

/** When a key ends, or ended. */
function KeyEnd({ apiKey: { revokedAt, expiresAt } }: { apiKey: ApiKey }) {
  const text = useTexts(accessTexts);
  const at = revokedAt ?? expiresAt;
  if (at === null) return null;
  const soon = endsInDays(at);
  const said = revokedAt
    ? text.keys.revoked(longDate(at))
    : Date.parse(at) <= Date.now()
      ? text.keys.ended(longDate(at))
      : soon === undefined
        ? text.keys.ends(longDate(at))
        : text.keys.endsIn(soon);
  return (
    <span
      className={soon === undefined || isOver({ revokedAt, expiresAt }) ? "sub" : "sub soon"}
      title={exactTime(at)}
    >
      {said}
    </span>
  );
}
