/** People and what the key of each may do, in words. */
import { useTexts } from "../../text/texts.ts";
import { Foreign } from "../../ui/person.tsx";
import { BrandsOf } from "../parts/brands.tsx";
import { Table } from "../parts/table.tsx";
import { classOfKey, KeyMenu, type KeysProps, KeyUse, MadeBy } from "./key-parts.tsx";
import { roleOf, tidy } from "./permissions.ts";
import { accessTexts } from "./text.ts";

export function PeopleTable({ keys, freshId, onRevoke }: KeysProps) {
  const text = useTexts(accessTexts);
  return (
    <Table
      label={text.people.person}
      className="row-list persons"
      columns={[text.people.person, text.people.may, text.keys.brands, text.people.seen, ""]}
      items={keys}
      keyOf={({ id }) => id}
      classOf={classOfKey(freshId)}
    >
      {(key) => (
        <>
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
