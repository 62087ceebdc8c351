/** Background work: how much there is of each kind, what waits and runs, and what has failed and why. */
import type { Job } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { words } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Brand } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { useErrorToast, useToast } from "../../ui/toast.tsx";
import { About, isKnown } from "../parts/about.tsx";
import { useBrandName } from "../parts/brands.tsx";
import { BrandFilter, numberOf, SelectFilter, useFilters } from "../parts/filters.tsx";
import { ListView, useList } from "../parts/list.tsx";
import { Moment, Until } from "../parts/moment.tsx";
import { Table } from "../parts/table.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { workTexts } from "./text.ts";

const refreshMs = 10_000;
const states = ["waiting", "running", "failed"] as const;
type Count = { kind: string; state: Job["state"]; count: number };

/** The name of a kind of work; a kind that has none yet is its own word. */
function useKindName(): (kind: string) => string {
  const text = useTexts(workTexts);
  return (kind) => (isKnown(text.kinds, kind) ? text.kinds[kind] : words(kind));
}

export function WorkPage() {
  const text = useTexts(workTexts);
  const { pages } = useTexts(settingsTexts);
  const [parameters, setFilters] = useFilters();
  const state = states.find((one) => one === parameters.get("state"));
  const kind = parameters.get("kind")?.slice(0, 64) || undefined;
  const brandId = numberOf(parameters, "brand") || undefined;
  const input = { kind, state, brandId };
  const list = useList(
    ["jobs", input],
    (paging, signal) => api.job.list({ ...input, ...paging }, { signal }),
    refreshMs,
  );
  // the counts of all kinds stay in sight while the list is filtered
  const { data: counted } = useQuery({
    queryKey: ["jobs", "counts", brandId],
    queryFn: async ({ signal }) => (await api.job.list({ brandId, itemLimit: 1 }, { signal })).counts,
    refetchInterval: refreshMs,
  });
  const isFiltered = Boolean(state ?? kind ?? brandId);
  return (
    <SettingsPage title={pages.work} lead={text.lead} isWide>
      {counted && counted.length > 0 && <Counts counts={counted} onChoose={setFilters} />}
      <Filters
        kinds={[...new Set([...(counted ?? []).map((one) => one.kind), ...(kind ? [kind] : [])])]}
        value={{ kind: kind ?? "", state: state ?? "", brand: brandId ? String(brandId) : "" }}
        onChange={setFilters}
      />
      <ListView
        list={list}
        empty={
          <Blank
            icon={isFiltered ? "work" : "ok"}
            title={isFiltered ? text.noneOf : text.none}
            hint={isFiltered ? text.noneOfHint : text.noneHint}
          />
        }
      >
        {(jobs) => <Jobs jobs={jobs} />}
      </ListView>
    </SettingsPage>
  );
}

interface CountsProps {
  counts: readonly Count[];
  onChoose: (change: Readonly<Record<string, string>>) => void;
}

/** How much there is of each kind and state; each number shows its work. */
function Counts({ counts, onChoose }: CountsProps) {
  const text = useTexts(workTexts);
  const kindName = useKindName();
  const kinds = [...new Set(counts.map(({ kind }) => kind))];
  return (
    <table className="table counts" aria-label={text.counts}>
      <thead>
        <tr>
          <th scope="col">{text.kind}</th>
          {states.map((state) => (
            <th key={state} scope="col" className="r">
              {text.states[state]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {kinds.map((kind) => (
          <tr key={kind}>
            <th scope="row">{kindName(kind)}</th>
            {states.map((state) => {
              const count = counts.find((one) => one.kind === kind && one.state === state)?.count ?? 0;
              return (
                <td key={state} className="r">
                  {count === 0 ? (
                    <span className="t3">0</span>
                  ) : (
                    <button
                      type="button"
                      className={state === "failed" ? "link bad-t" : "link"}
                      onClick={() => onChoose({ kind, state })}
                    >
                      {count.toLocaleString()}
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FiltersProps {
  kinds: readonly string[];
  value: Readonly<Record<"kind" | "state" | "brand", string>>;
  onChange: CountsProps["onChoose"];
}

function Filters({ kinds, value, onChange }: FiltersProps) {
  const text = useTexts(workTexts);
  const kindName = useKindName();
  return (
    <div className="filter-row">
      <SelectFilter label={text.kind} value={value.kind} onChange={(kind) => onChange({ kind })}>
        <option value="">{text.anyKind}</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {kindName(kind)}
          </option>
        ))}
      </SelectFilter>
      <SelectFilter label={text.state} value={value.state} onChange={(state) => onChange({ state })}>
        <option value="">{text.anyState}</option>
        {states.map((state) => (
          <option key={state} value={state}>
            {text.states[state]}
          </option>
        ))}
      </SelectFilter>
      <BrandFilter value={value.brand} onChange={(brand) => onChange({ brand })} />
    </div>
  );
}

const dots: Record<Job["state"], string> = { waiting: "warn", running: "good", failed: "bad" };

function Jobs({ jobs }: { jobs: readonly Job[] }) {
  const text = useTexts(workTexts);
  const kindName = useKindName();
  const brandName = useBrandName();
  return (
    <Table
      label={text.list}
      className="row-list jobs"
      columns={[text.state, text.kind, text.about, text.reason, text.since, text.due, ""]}
      items={jobs}
      keyOf={({ id }) => id}
    >
      {(job) => (
        <>
          <td>
            <span className="row-gap nw">
              <span className={`dot ${dots[job.state]}`} />
              {text.states[job.state]}
            </span>
          </td>
          <td>{kindName(job.kind)}</td>
          <td>
            {job.customerId !== null && <About kind="customer" id={job.customerId} />}
            {job.ticketId !== null && (
              <>
                {job.customerId !== null && ", "}
                <About kind="ticket" id={job.ticketId} />
              </>
            )}
            <span className="sub">
              <Brand id={job.brandId} name={brandName(job.brandId)} />
            </span>
          </td>
          <td className="small full">
            <Reason job={job} />
          </td>
          <td className="small t2 nowrap">
            <Moment at={job.createdAt} />
          </td>
          <td className="small t2 nowrap">{job.dueAt && <Until at={job.dueAt} />}</td>
          <td className="r">{job.state === "failed" && <TryAgain id={job.id} />}</td>
        </>
      )}
    </Table>
  );
}

/** Why it was not done the last time: the word of the API, and what it means. */
function Reason({ job: { lastError, attempts } }: { job: Job }) {
  const text = useTexts(workTexts);
  if (lastError === null) return null;
  const status = /^status_(\d{3})$/.exec(lastError)?.[1];
  const meaning = status
    ? text.answered(status)
    : isKnown(text.reasons, lastError) && text.reasons[lastError];
  return (
    <>
      <code>{lastError}</code>
      <span className="sub">
        {meaning && `${meaning} · `}
        {text.tries(attempts)}
      </span>
    </>
  );
}

function TryAgain({ id }: { id: number }) {
  const text = useTexts(workTexts);
  const queries = useQueryClient();
  const toast = useToast();
  const tell = useErrorToast();
  const [isBusy, setBusy] = useState(false);
  const retry = async () => {
    setBusy(true);
    try {
      await api.job.retry({ id });
      toast({ text: text.isAgain, icon: "refresh" });
    } catch (error) {
      tell(error);
    }
    await queries.invalidateQueries({ queryKey: ["jobs"] });
    setBusy(false);
  };
  return (
    <button type="button" className="btn xs" disabled={isBusy} onClick={() => void retry()}>
      <Icon name="refresh" size={14} />
      {text.again}
    </button>
  );
}
