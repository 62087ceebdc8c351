/** Matrix of keys and permissions: who may do what is read down a column. On a telephone each key lists what it may do. */
import type { ApiKey, Permission } from "@dossier/api";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { exactTime, longDate } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Foreign } from "../../ui/person.tsx";
import { BrandsOf } from "../parts/brands.tsx";
import { Ago } from "../parts/moment.tsx";
import { partsTexts } from "../parts/text.ts";
import { endsInDays, isOver } from "./key-life.ts";
import { isHeld, isIncluded, permissionGroups } from "./permissions.ts";
import { accessTexts } from "./text.ts";

interface KeyMatrixProps {
  keys: readonly ApiKey[];
  /** the one that was just made */
  freshId: number | undefined;
  onRevoke: (key: ApiKey) => void;
}

export function KeyMatrix({ keys, freshId, onRevoke }: KeyMatrixProps) {
  const text = useTexts(accessTexts);
  return (
    <div className="card over" role="region" tabIndex={0} aria-label={text.keys.key}>
      <table className="table matrix">
        <thead>
          <tr>
            <td />
            {permissionGroups.map(({ name, members }) => (
              <th key={name} scope="colgroup" colSpan={members.length}>
                {text.groups[name]}
              </th>
            ))}
            <td colSpan={3} />
          </tr>
          <tr>
            <th scope="col">{text.keys.key}</th>
            {permissionGroups.flatMap(({ members }) =>
              members.map((one, place) => (
                <th key={one} scope="col" className={place === 0 ? "p edge" : "p"} title={text.may[one]}>
                  {text.columns[one]}
                </th>
              )),
            )}
            <th scope="col" className="edge">
              {text.keys.brands}
            </th>
            <th scope="col">{text.keys.used}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} isFresh={key.id === freshId} onRevoke={() => onRevoke(key)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KeyRow({
  apiKey: key,
  isFresh,
  onRevoke,
}: {
  apiKey: ApiKey;
  isFresh: boolean;
  onRevoke: () => void;
}) {
  const text = useTexts(accessTexts);
  const { session } = useSession();
  const isMine = session?.keyId === key.id;
  return (
    <tr className={isFresh ? "fresh" : isOver(key) ? "past" : ""}>
      <th scope="row">
        <b>
          <Foreign>{key.name}</Foreign>
        </b>
        <span className="sub">
          <span className="mono">{key.prefix}…</span>
          {key.strict && <span className="tag">{text.keys.strict}</span>}
        </span>
        <MadeBy apiKey={key} />
      </th>
      {permissionGroups.flatMap(({ members }) =>
        members.map((one, place) => (
          <td key={one} className={place === 0 ? "p edge" : "p"}>
            <Sign held={key.permissions} permission={one} />
          </td>
        )),
      )}
      <td className="small edge">
        <BrandsOf ids={key.brandIds} />
      </td>
      <td className="small t2 used">
        {isMine ? text.keys.thisPage : <Ago at={key.lastUsedAt} />}
        <KeyEnd apiKey={key} />
      </td>
      <td className="r">
        {!isOver(key) && (
          <Menu
            label={text.keys.more(key.name)}
            items={[{ label: text.revoke.act, icon: "trash", isBad: true, run: onRevoke }]}
          >
            <Icon name="more" />
          </Menu>
        )}
      </td>
    </tr>
  );
}

function Sign({ held, permission }: { held: readonly Permission[]; permission: Permission }) {
  const text = useTexts(accessTexts);
  if (!isHeld(held, permission))
    return (
      <span className="nil">
        <span className="vh">{text.keys.no}</span>
      </span>
    );
  const isPart = isIncluded(held, permission);
  return (
    <span className={isPart ? "yes part" : "yes"} title={isPart ? text.keys.included : undefined}>
      <Icon name="check" size={15} />
      <span className="vh">{isPart ? text.keys.included : text.keys.yes}</span>
      <span className="say" aria-hidden="true">
        {text.may[permission]}
      </span>
    </span>
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
export function KeyEnd({ apiKey: { revokedAt, expiresAt } }: { apiKey: ApiKey }) {
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
