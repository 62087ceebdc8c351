/** The audit trail: who did what, when; filters are in the address. */
import type { AuditEntry, AuditListInput } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { brandsQuery } from "../../data/queries.ts";
import { api } from "../../session/api.ts";
import { useMay } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Brand, Foreign } from "../../ui/person.tsx";
import { Blank, Failure, Skeleton } from "../../ui/states.tsx";
import { allKeysQuery } from "../access/key-list.ts";
import { About, PageHead } from "../parts/about.tsx";
import { useBrandName } from "../parts/brands.tsx";
import { DayFilter, dayStart, SelectFilter, TextFilter, useFilters } from "../parts/filters.tsx";
import { Moment } from "../parts/moment.tsx";
import { More, usePaged } from "../parts/paged.tsx";
import { partsTexts } from "../parts/text.ts";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { auditTexts } from "./text.ts";

const filterNames = ["operation", "key", "brand", "kind", "subject", "since", "until"] as const;
const wholeNumber = /^(0|[1-9]\d{0,14})$/;

/** The filters of an address; what is none of the API's values is left out. */
function inputOf(parameters: URLSearchParams): AuditListInput {
  const number = (name: string) => {
    const text = parameters.get(name) ?? "";
    return wholeNumber.test(text) ? Number(text) : undefined;
  };
  const [kind, subjectId] = [parameters.get("kind")?.slice(0, 64), number("subject")];
  return {
    operation: parameters.get("operation")?.slice(0, 64) || undefined,
    keyId: number("key"),
    brandId: number("brand") || undefined,
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
  const list = usePaged(["audit", input], (place, signal) =>
    api.audit.list({ ...input, ...place }, { signal }),
  );
  const isFiltered = filterNames.some((name) => parameters.has(name));
  return (
    <SettingsPage title={pages.audit} isWide>
      <PageHead title={pages.audit}>{text.lead}</PageHead>
      <Filters
        parameters={parameters}
        operations={[...new Set(list.items.map(({ operation }) => operation))].sort()}
        onChange={setFilters}
      />
      {list.error ? (
        <Failure error={list.error} retry={list.readAgain} />
      ) : list.items.length > 0 ? (
        <Entries entries={list.items} onChange={setFilters} />
      ) : list.isRead ? (
        <Blank
          icon="audit"
          title={isFiltered ? text.noneOf : text.none}
          hint={isFiltered ? text.noneOfHint : text.noneHint}
        />
      ) : (
        <Skeleton rows={5} />
      )}
      <More list={list} />
    </SettingsPage>
  );
}

/** The names of keys, as far as the key of the session may list them. */
function useKeyName() {
  const text = useTexts(auditTexts);
  const parts = useTexts(partsTexts);
  const { data = [] } = useQuery({ ...allKeysQuery, enabled: useMay("SETTINGS_CRUD") });
  const nameOf = (id: number | null): string => {
    if (id === null) return text.dossier;
    if (id === 0) return text.bootstrap;
    return data.find((one) => one.id === id)?.name ?? parts.key(id);
  };
  return { keys: data, nameOf };
}

interface FiltersProps {
  parameters: URLSearchParams;
  /** those of the entries that were read */
  operations: readonly string[];
  onChange: (change: Readonly<Record<string, string>>) => void;
}

function Filters({ parameters, operations, onChange }: FiltersProps) {
  const text = useTexts(auditTexts);
  const { keys, nameOf } = useKeyName();
  const { data: brands = [] } = useQuery(brandsQuery);
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
      {brands.length > 1 && (
        <SelectFilter label={text.brand} value={value("brand")} onChange={(brand) => onChange({ brand })}>
          <option value="">{text.anyBrand}</option>
          {brands.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectFilter>
      )}
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
  const { nameOf } = useKeyName();
  const brandName = useBrandName();
  return (
    <div className="card over" role="region" tabIndex={0} aria-label={text.what}>
      <table className="table row-list audit">
        <thead>
          <tr>
            <th scope="col">{text.when}</th>
            <th scope="col">{text.who}</th>
            <th scope="col">{text.what}</th>
            <th scope="col">{text.about}</th>
            <th scope="col">{text.fields}</th>
            <th scope="col">{text.brand}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="small t2 nowrap">
                <Moment at={entry.at} hasSeconds />
              </td>
              <td>
                <Foreign>{nameOf(entry.keyId)}</Foreign>
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
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
