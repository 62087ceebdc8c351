/** The audit trail: who did what, when; filters are in the address. */
import type { AuditEntry, AuditListInput } from "@dossier/api";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Brand, Foreign } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { useKeyName } from "../access/key-list.ts";
import { About } from "../parts/about.tsx";
import { useBrandName } from "../parts/brands.tsx";
import {
  BrandFilter,
  DayFilter,
  dayStart,
  numberOf,
  SelectFilter,
  TextFilter,
  useFilters,
} from "../parts/filters.tsx";
import { ListView, useList } from "../parts/list.tsx";
import { Moment } from "../parts/moment.tsx";
import { Table } from "../parts/table.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { auditTexts } from "./text.ts";

const filterNames = ["operation", "key", "brand", "kind", "subject", "since", "until"] as const;

/** The filters of an address; what is none of the API's values is left out. */
function inputOf(parameters: URLSearchParams): AuditListInput {
  const [kind, subjectId] = [parameters.get("kind")?.slice(0, 64), numberOf(parameters, "subject")];
  return {
    operation: parameters.get("operation")?.slice(0, 64) || undefined,
    keyId: numberOf(parameters, "key"),
    brandId: numberOf(parameters, "brand") || undefined,
    // a kind is a filter together with an id only
    ...(kind && subjectId ? { kind, subjectId } : {}),
    since: dayStart(parameters.get("since")),
    until: dayStart(parameters.get("until"), 1),
  };
}

export function AuditPage() {
  const text = useTexts(auditTexts);
  const { pages } = useTexts(settingsTexts);
  const [parameters, setFilters] = useFilters();
  const input = inputOf(parameters);
  const list = useList(["audit", input], (paging, signal) =>
    api.audit.list({ ...input, ...paging }, { signal }),
  );
  const isFiltered = filterNames.some((name) => parameters.has(name));
  return (
    <SettingsPage title={pages.audit} lead={text.lead} isWide>
      <Filters
        parameters={parameters}
        operations={[...new Set(list.items?.map(({ operation }) => operation))].sort()}
        onChange={setFilters}
      />
      <ListView
        list={list}
        empty={
          <Blank
            icon="audit"
            title={isFiltered ? text.noneOf : text.none}
            hint={isFiltered ? text.noneOfHint : text.noneHint}
          />
        }
      >
        {(entries) => <Entries entries={entries} onChange={setFilters} />}
      </ListView>
    </SettingsPage>
  );
}

interface FiltersProps {
  parameters: URLSearchParams;
  /** those of the entries that were read */
  operations: readonly string[];
  onChange: (change: Readonly<Record<string, string>>) => void;
}

function Filters({ parameters, operations, onChange }: FiltersProps) {
  const text = useTexts(auditTexts);
  const { keys, nameOf } = useKeyName(text.bootstrap);
  const value = (name: (typeof filterNames)[number]) => parameters.get(name) ?? "";
  const key = value("key");
  const isKnown = keys.some(({ id }) => String(id) === key);
  return (
    <div className="filter-row">
      <TextFilter
        label={text.operation}
        value={value("operation")}
        options={operations}
        onChange={(operation) => onChange({ operation })}
      />
      <SelectFilter label={text.keyLabel} value={key} onChange={(next) => onChange({ key: next })}>
        <option value="">{text.anyKey}</option>
        {key && !isKnown && <option value={key}>{nameOf(Number(key))}</option>}
        {keys.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectFilter>
      <BrandFilter value={value("brand")} onChange={(brand) => onChange({ brand })} />
      <DayFilter label={text.since} value={value("since")} onChange={(since) => onChange({ since })} />
      <DayFilter label={text.until} value={value("until")} onChange={(until) => onChange({ until })} />
      {value("kind") && value("subject") && (
        <span className="filter on">{text.only(`${value("kind")} ${value("subject")}`)}</span>
      )}
      {filterNames.some((name) => parameters.has(name)) && (
        <button
          type="button"
          className="btn sm ghost"
          onClick={() => onChange(Object.fromEntries(filterNames.map((name) => [name, ""])))}
        >
          <Icon name="x" size={14} />
          {text.clear}
        </button>
      )}
    </div>
  );
}

interface EntriesProps {
  entries: readonly AuditEntry[];
  onChange: FiltersProps["onChange"];
}

function Entries({ entries, onChange }: EntriesProps) {
  const text = useTexts(auditTexts);
  const { nameOf } = useKeyName(text.bootstrap);
  const brandName = useBrandName();
  return (
    <Table
      label={text.what}
      className="row-list audit"
      columns={[text.when, text.who, text.what, text.about, text.fields, text.brand]}
      items={entries}
      keyOf={({ id }) => id}
    >
      {(entry) => (
        <>
          <td className="small t2 nowrap">
            <Moment at={entry.at} hasSeconds />
          </td>
          <td>
            <Foreign>{entry.keyId === null ? text.dossier : nameOf(entry.keyId)}</Foreign>
            {entry.clientUser && (
              <span className="sub">
                <Foreign>{text.said(entry.clientUser)}</Foreign>
              </span>
            )}
          </td>
          <td>
            <code>{entry.operation}</code>
            <span className="sub">{entry.outcome}</span>
          </td>
          <td>
            <About kind={entry.kind} id={entry.subjectId} />
            <button
              type="button"
              className="btn ghost xs icon"
              aria-label={text.alone}
              title={text.alone}
              onClick={() => onChange({ kind: entry.kind, subject: String(entry.subjectId) })}
            >
              <Icon name="filter" size={14} />
            </button>
          </td>
          <td className="small full">
            {entry.fields.map((field) => (
              <code key={field} className="field-name">
                {field}
              </code>
            ))}
          </td>
          <td className="small">
            {entry.brandId !== null && <Brand id={entry.brandId} name={brandName(entry.brandId)} />}
          </td>
        </>
      )}
    </Table>
  );
}
