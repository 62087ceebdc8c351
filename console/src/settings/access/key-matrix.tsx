/** Matrix of keys and permissions: who may do what is read down a column. On a telephone each key lists what it may do. */
import type { Permission } from "@dossier/api";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Foreign } from "../../ui/person.tsx";
import { BrandsOf } from "../parts/brands.tsx";
import { Table } from "../parts/table.tsx";
import { classOfKey, KeyMenu, type KeysProps, KeyUse, MadeBy } from "./key-parts.tsx";
import { isHeld, isIncluded, permissionGroups } from "./permissions.ts";
import { accessTexts } from "./text.ts";

/** Permissions in the order of their columns; a group begins with an edge. */
const columns = permissionGroups.flatMap(({ members }) =>
  members.map((one, place) => ({ one, className: place === 0 ? "p edge" : "p" })),
);

export function KeyMatrix({ keys, freshId, onRevoke }: KeysProps) {
  const { keys: text } = useTexts(accessTexts);
  return (
    <Table
      label={text.key}
      className="matrix"
      columns={<Heads />}
      items={keys}
      keyOf={({ id }) => id}
      classOf={classOfKey(freshId)}
    >
      {(key) => (
        <>
          <th scope="row">
            <b>
              <Foreign>{key.name}</Foreign>
            </b>
            <span className="sub">
              <span className="mono">{key.prefix}…</span>
              {key.strict && <span className="tag">{text.strict}</span>}
            </span>
            <MadeBy apiKey={key} />
          </th>
          {columns.map(({ one, className }) => (
            <td key={one} className={className}>
              <Sign held={key.permissions} permission={one} />
            </td>
          ))}
          <td className="small edge">
            <BrandsOf ids={key.brandIds} />
          </td>
          <td className="small t2 used">
            <KeyUse apiKey={key} />
          </td>
          <td className="r">
            <KeyMenu apiKey={key} onRevoke={onRevoke} />
          </td>
        </>
      )}
    </Table>
  );
}

function Heads() {
  const text = useTexts(accessTexts);
  return (
    <>
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
        {columns.map(({ one, className }) => (
          <th key={one} scope="col" className={className} title={text.may[one]}>
            {text.columns[one]}
          </th>
        ))}
        <th scope="col" className="edge">
          {text.keys.brands}
        </th>
        <th scope="col">{text.keys.used}</th>
        <td />
      </tr>
    </>
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
    <span className={isPart ? "yes included" : "yes"} title={isPart ? text.keys.included : undefined}>
      <Icon name="check" size={15} />
      <span className="vh">{isPart ? text.keys.included : text.keys.yes}</span>
      <span className="say" aria-hidden="true">
        {text.may[permission]}
      </span>
    </span>
  );
}
