/** Custom fields of one brand or of all, with their editor. */
import type { CustomFieldDefinition } from "@dossier/api";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Brand, Foreign } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { ListView, useList } from "../parts/list.tsx";
import { Table } from "../parts/table.tsx";
import { DeleteField } from "./delete-field.tsx";
import type { BrandName } from "./fields-query.ts";
import { FieldEditor } from "./field-editor.tsx";
import { fieldsTexts } from "./text.ts";

/** What is open over the list: the editor of a field, that of a new one, or the question before a deletion. */
export type Open = { act: "change" | "delete"; field: CustomFieldDefinition } | { act: "make" };

interface FieldListProps {
  /** undefined: fields of every brand, each with its brand */
  brandId: number | undefined;
  /** brands that a field can be of */
  brands: readonly BrandName[];
  open: Open | undefined;
  onOpen: (open: Open | undefined) => void;
}

export function FieldList({ brandId, brands, open, onOpen }: FieldListProps) {
  const text = useTexts(fieldsTexts);
  const list = useList(["custom-fields", brandId ?? "all"], (paging, signal) =>
    api.customfield.list({ ...paging, ...(brandId ? { brandId } : {}) }, { signal }),
  );
  const close = () => onOpen(undefined);
  return (
    <>
      <ListView
        list={list}
        empty={
          <Blank icon="field" title={text.none} hint={text.noneHint}>
            <NewField onOpen={onOpen} />
          </Blank>
        }
      >
        {(fields) => <FieldTable fields={fields} brands={brandId ? [] : brands} onOpen={onOpen} />}
      </ListView>
      {open?.act === "make" && (
        <FieldEditor brands={brands.filter(({ id }) => !brandId || id === brandId)} onClose={close} />
      )}
      {open?.act === "change" && <FieldEditor field={open.field} brands={brands} onClose={close} />}
      {open?.act === "delete" && <DeleteField field={open.field} onClose={close} />}
    </>
  );
}

export function NewField({ onOpen }: { onOpen: (open: Open) => void }) {
  const text = useTexts(fieldsTexts);
  return (
    <button type="button" className="btn pri sm" onClick={() => onOpen({ act: "make" })}>
      <Icon name="plus" />
      {text.newField}
    </button>
  );
}

interface FieldTableProps {
  fields: readonly CustomFieldDefinition[];
  /** none: all fields are of one brand */
  brands: readonly BrandName[];
  onOpen: (open: Open) => void;
}

function FieldTable({ fields, brands, onOpen }: FieldTableProps) {
  const text = useTexts(fieldsTexts);
  const nameOf = (id: number) => brands.find((one) => one.id === id)?.name ?? text.brandNumber(id);
  return (
    <Table
      label={text.field}
      className="rows"
      columns={[
        text.field,
        ...(brands.length > 0 ? [text.brand] : []),
        text.type,
        text.sentAs,
        { label: text.acts, isSpoken: true },
      ]}
      items={fields}
      keyOf={({ id }) => id}
    >
      {(field) => (
        <>
          <th scope="row">
            <button
              type="button"
              className="plain"
              data-opens
              onClick={() => onOpen({ act: "change", field })}
            >
              <Foreign>{field.label}</Foreign>
            </button>
          </th>
          {brands.length > 0 && (
            <td data-label={text.brand}>
              <Brand id={field.brandId} name={nameOf(field.brandId)} />
            </td>
          )}
          <td data-label={text.type}>
            <div>
              {text.types[field.type]}
              {field.options.length > 0 && (
                <span className="sub">
                  <Foreign>{field.options.slice(0, 4).join(" · ")}</Foreign>
                  {field.options.length > 4 && ` ${text.moreOptions(field.options.length - 4)}`}
                </span>
              )}
            </div>
          </td>
          <td data-label={text.sentAs}>
            <code>
              <Foreign>{`custom_${field.name}`}</Foreign>
            </code>
          </td>
          <td className="r acts">
            <button
              type="button"
              className="btn ghost sm icon"
              aria-label={text.change(field.label)}
              onClick={() => onOpen({ act: "change", field })}
            >
              <Icon name="edit" />
            </button>
            <button
              type="button"
              className="btn ghost sm icon"
              aria-label={text.delete(field.label)}
              onClick={() => onOpen({ act: "delete", field })}
            >
              <Icon name="trash" />
            </button>
          </td>
        </>
      )}
    </Table>
  );
}
