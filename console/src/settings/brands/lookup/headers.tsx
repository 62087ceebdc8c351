/**
 * Headers for the CRM: only their names are shown. The API replaces them whole, so a change means typing every value
 * again; and it keeps them for one origin, so another origin needs them again too.
 */
import type { Brand } from "@dossier/api";
import { useId } from "react";
import { useTexts } from "../../../text/texts.ts";
import { FaultLine } from "../../../ui/form-fields.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { Foreign } from "../../../ui/person.tsx";
import type { Form } from "../../form.tsx";
import type { Header, LookupValues } from "./lookup-form.ts";
import { lookupTexts } from "./text.ts";

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : undefined);

export function Headers({ brand, form }: { brand: Brand; form: Form<LookupValues> }) {
  const text = useTexts(lookupTexts);
  const id = useId();
  const kept = brand.crmHeaders ?? [];
  const typed = form.values.crmHeaders;
  const set = (crmHeaders: Header[] | null) => form.set({ crmHeaders });
  const [before, after] = [originOf(brand.crmLookupUrl ?? ""), originOf(form.values.crmLookupUrl)];
  const isMoved =
    kept.length > 0 && !typed && before !== undefined && after !== undefined && before !== after;
  const replace = () => set(kept.map((name) => ({ name, value: "" })));
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span className="label" id={id}>
        {text.headers}
      </span>
      {typed ? (
        <TypedHeaders kept={kept} headers={typed} onChange={set} />
      ) : (
        <KeptHeaders names={kept} replace={replace} add={() => set([{ name: "", value: "" }])} />
      )}
      {isMoved && (
        <div className="tell warn">
          <Icon name="warning" />
          <div>{text.headersBound(before, after)}</div>
        </div>
      )}
      <FaultLine fault={form.faults.crmHeaders} />
    </div>
  );
}

function KeptHeaders({ names, replace, add }: { names: string[]; replace: () => void; add: () => void }) {
  const text = useTexts(lookupTexts);
  if (names.length === 0)
    return (
      <button type="button" className="btn xs ghost fit" onClick={add}>
        <Icon name="plus" size={14} />
        {text.addHeader}
      </button>
    );
  return (
    <>
      <ul className="hdrs">
        {names.map((name) => (
          <li key={name} className="hdr">
            <code>
              <Foreign>{name}</Foreign>
            </code>
            <span className="t3">{text.headerKept}</span>
          </li>
        ))}
      </ul>
      <button type="button" className="btn xs fit" onClick={replace}>
        {text.changeHeaders}
      </button>
    </>
  );
}

interface TypedHeadersProps {
  kept: string[];
  headers: Header[];
  onChange: (headers: Header[] | null) => void;
}

function TypedHeaders({ kept, headers, onChange }: TypedHeadersProps) {
  const text = useTexts(lookupTexts);
  const change = (place: number, next: Partial<Header>) =>
    onChange(headers.map((header, at) => (at === place ? { ...header, ...next } : header)));
  return (
    <>
      {kept.length > 0 && <p className="hint">{headers.length > 0 ? text.replaceHint : text.removeHint}</p>}
      <ul className="hdrs">
        {headers.map((header, place) => (
          <li key={place} className="hdr-typed">
            <span className="input sm">
              <input
                className="mono"
                aria-label={text.headerName}
                placeholder={text.headerName}
                autoComplete="off"
                spellCheck={false}
                autoFocus={header.name === ""}
                value={header.name}
                onChange={(event) => change(place, { name: event.target.value })}
              />
            </span>
            <span className="input sm">
              <input
                type="password"
                className="mono"
                aria-label={text.headerValue(header.name)}
                placeholder={text.headerValue("")}
                autoComplete="new-password"
                spellCheck={false}
                autoFocus={place === 0 && header.name !== ""}
                value={header.value}
                onChange={(event) => change(place, { value: event.target.value })}
              />
            </span>
            <button
              type="button"
              className="btn ghost xs icon"
              aria-label={text.removeHeader(header.name)}
              onClick={() => onChange(headers.filter((_, at) => at !== place))}
            >
              <Icon name="x" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <div className="row-gap">
        <button
          type="button"
          className="btn xs ghost"
          onClick={() => onChange([...headers, { name: "", value: "" }])}
        >
          <Icon name="plus" size={14} />
          {text.addHeader}
        </button>
        <button type="button" className="btn xs ghost" onClick={() => onChange(null)}>
          {kept.length > 0 ? text.keepHeaders : text.noHeaders}
        </button>
      </div>
    </>
  );
}
