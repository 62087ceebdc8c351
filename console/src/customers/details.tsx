/** Details of a customer: names, id and custom fields, changed in place. Enter saves, Escape leaves, Tab goes on. */
import type { Customer, CustomFieldDefinition, CustomValue } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { fieldsQuery } from "../data/queries.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { exactTime, longDate, shortTime, valueText, words } from "../ui/format.ts";
import { Icon } from "../ui/icon.tsx";
import { Foreign } from "../ui/person.tsx";
import { type Field, useSaveField } from "./save-field.ts";
import { Versus } from "./versus.tsx";

export function Details({ customer, showsProvenance }: { customer: Customer; showsProvenance: boolean }) {
  const text = useText();
  const mayWrite = useMay("CUSTOMER_CUD");
  const definitions = useQuery(fieldsQuery(customer.brandId)).data ?? [];
  const [isAdding, setAdding] = useState(false);
  const defined = definitions.map(({ name }) => name);
  const others = Object.keys(customer.custom).filter((name) => !defined.includes(name));
  const own: Field[] = [
    { kind: "own", name: "firstname", label: text.customer.firstname },
    { kind: "own", name: "lastname", label: text.customer.lastname },
    { kind: "own", name: "primaryId", label: text.customer.primaryId },
  ];
  const custom: Field[] = [
    ...definitions.map(
      (one): Field => ({
        kind: "custom",
        name: one.name,
        label: one.label || words(one.name),
        definition: one,
      }),
    ),
    ...others.map((name): Field => ({ kind: "custom", name, label: words(name) })),
  ];
  const row = (field: Field) => (
    <DetailRow
      key={`${field.kind}-${field.name}`}
      customer={customer}
      field={field}
      mayWrite={mayWrite}
      showsProvenance={showsProvenance}
    />
  );
  return (
    <>
      <section>
        <h2>
          {text.customer.details}
          {mayWrite && (
            <button
              type="button"
              className="btn ghost xs icon end"
              aria-label={text.customer.addDetail}
              onClick={() => setAdding(true)}
            >
              <Icon name="plus" />
            </button>
          )}
        </h2>
        {custom.length === 0 && !isAdding && <p className="t3 small">{text.customer.noDetails}</p>}
        <dl className="kv">{custom.map(row)}</dl>
        {isAdding && <NewDetail customer={customer} onClose={() => setAdding(false)} />}
      </section>
      <section>
        <h2>{text.customer.record}</h2>
        <dl className="kv">
          {own.map(row)}
          <div>
            <dt>{text.customer.dossierId}</dt>
            <dd className="mono">{customer.id}</dd>
          </div>
          <div>
            <dt>{text.customer.created}</dt>
            <dd title={exactTime(customer.createdAt)}>{longDate(customer.createdAt)}</dd>
          </div>
          <div>
            <dt>{text.customer.changed}</dt>
            <dd title={exactTime(customer.updatedAt)}>{shortTime(customer.updatedAt, text)}</dd>
          </div>
        </dl>
        {customer.truncated && <p className="t3 small">{text.customer.truncated}</p>}
      </section>
    </>
  );
}

interface DetailRowProps {
  customer: Customer;
  field: Field;
  mayWrite: boolean;
  showsProvenance: boolean;
}

/** The value of a field as the person reads it. */
function readValue(customer: Customer, field: Field): CustomValue | undefined {
  return field.kind === "own" ? customer[field.name] || undefined : customer.custom[field.name];
}

function DetailRow({ customer, field, mayWrite, showsProvenance }: DetailRowProps) {
  const text = useText();
  // The customer as it was when the editing began: what others change meanwhile is noticed when it is saved.
  const [edited, setEdited] = useState<Customer>();
  const isEditing = edited !== undefined;
  const save = useSaveField(edited ?? customer);
  const value = readValue(edited ?? customer, field);
  const shown = value === undefined ? "" : valueText(value, text);
  const flashed = save.changed === field.name;
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    // the field that had the focus is gone; Tab has taken it on already
    if (wasEditing.current && !isEditing && document.activeElement === document.body) button.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  const leave = () => {
    save.forget();
    setEdited(undefined);
  };
  return (
    <div className={flashed ? "flash" : ""}>
      <dt>{field.label}</dt>
      <dd>
        {save.collision ? (
          <Versus
            collision={save.collision}
            fault={save.fault}
            onMine={() => void save.insist().then((isSaved) => isSaved && leave())}
            onTheirs={leave}
          />
        ) : isEditing ? (
          <Editor
            field={field}
            value={value}
            fault={save.fault}
            onLeave={leave}
            onSave={async (next) => {
              if (await save.run(field, value, next)) setEdited(undefined);
            }}
          />
        ) : mayWrite ? (
          <button
            ref={button}
            type="button"
            className={value === undefined ? "value t3" : "value"}
            aria-label={`${text.customer.edit(field.label)}: ${shown || text.customer.notSet}`}
            onClick={() => setEdited(customer)}
          >
            {shown ? <Foreign>{shown}</Foreign> : "–"}
          </button>
        ) : (
          <Foreign>{shown || "–"}</Foreign>
        )}
        {showsProvenance && value !== undefined && <Provenance customer={customer} field={field} />}
      </dd>
    </div>
  );
}

function Provenance({ customer, field }: { customer: Customer; field: Field }) {
  const text = useText();
  const wire = { firstname: "firstname", lastname: "lastname", primaryId: "external_primary_id" };
  const names = field.kind === "own" ? [wire[field.name], field.name] : [`custom_${field.name}`, field.name];
  const entry = customer.provenance?.find((one) => names.includes(one.field));
  if (!entry) return null;
  const who = entry.keyName ?? text.customer.by[entry.source];
  return (
    <small className="t3 from" title={exactTime(entry.at)}>
      {text.customer.setBy(who, shortTime(entry.at, text))}
    </small>
  );
}

interface EditorProps {
  field: Field;
  value: CustomValue | undefined;
  fault: string | undefined;
  onSave: (value: string) => Promise<void>;
  onLeave: () => void;
}

function Editor({ field, value, fault, onSave, onLeave }: EditorProps) {
  const text = useText();
  const definition: CustomFieldDefinition | undefined =
    field.kind === "custom" ? field.definition : undefined;
  const start = value === undefined ? "" : String(value);
  const [typed, setTyped] = useState(start);
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    if (isBusy) return;
    if (typed === start) return onLeave();
    setBusy(true);
    await onSave(typed);
    setBusy(false);
  };
  const options =
    definition?.type === "boolean"
      ? [
          ["true", text.customer.yes],
          ["false", text.customer.no],
        ]
      : definition?.options.map((one) => [one, one]);
  return (
    <form
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onLeave();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) void save();
      }}
    >
      {options && options.length > 0 ? (
        <div className="select sm full">
          <select
            aria-label={field.label}
            autoFocus
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          >
            <option value="">–</option>
            {options.map(([option, name]) => (
              <option key={option} value={option}>
                {name}
              </option>
            ))}
          </select>
        </div>
      ) : (
        <div className={fault ? "input sm wrong" : "input sm"}>
          <input
            aria-label={field.label}
            aria-invalid={Boolean(fault)}
            type={definition?.type === "date" ? "date" : "text"}
            inputMode={definition?.type === "number" ? "decimal" : undefined}
            autoComplete="off"
            spellCheck={false}
            autoFocus
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      )}
      {fault && (
        <span className="fault" role="alert">
          <Icon name="warning" size={14} /> {fault}
        </span>
      )}
    </form>
  );
}

function NewDetail({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const text = useText();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const save = useSaveField(customer);
  return (
    <form
      className="stack s new-detail"
      onSubmit={(event) => {
        event.preventDefault();
        const field: Field = { kind: "custom", name: name.trim(), label: name };
        void save.run(field, customer.custom[name.trim()], value).then((isSaved) => isSaved && onClose());
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="two-fields">
        <div className="input sm">
          <input
            aria-label={text.customer.field}
            placeholder={text.customer.field}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="input sm">
          <input
            aria-label={text.customer.value}
            placeholder={text.customer.value}
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        </div>
      </div>
      {save.fault && (
        <span className="fault" role="alert">
          <Icon name="warning" size={14} /> {save.fault}
        </span>
      )}
      <div className="row-gap">
        <button type="submit" className="btn sm pri" disabled={!name.trim() || !value.trim()}>
          {text.words.save}
        </button>
        <button type="button" className="btn sm ghost" onClick={onClose}>
          {text.words.cancel}
        </button>
      </div>
    </form>
  );
}
