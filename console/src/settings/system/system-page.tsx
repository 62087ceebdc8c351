/** System health: what the doctor finds on the running server, asked again while the page is open. */
import type { Health } from "@dossier/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../session/api.ts";
import { useText } from "../../text/text.tsx";
import { useCopy } from "../../ui/copy.tsx";
import { clock, exactTime, longDate, words } from "../../ui/format.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { KeyHint } from "../../ui/key-hint.tsx";
import { useKeys } from "../../ui/keys.ts";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { SettingsPage } from "../settings-page.tsx";

const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => api.health.find({}, { signal }),
  refetchInterval: 30_000,
});

type Check = Health["checks"][number];

const looks: Record<Check["state"], { style: string; icon: IconName }> = {
  ok: { style: "good", icon: "check" },
  warning: { style: "warn", icon: "warning" },
  error: { style: "bad", icon: "x" },
};
const order = ["error", "warning", "ok"];

const reportOf = (health: Health) =>
  [
    `Dossier ${health.version}, Node ${health.node}, PostgreSQL ${health.database ?? "?"}, ${health.checkedAt}`,
    ...health.checks.map(
      ({ state, name, message, hint }) => `${state} ${name}: ${message}${hint ? ` (${hint})` : ""}`,
    ),
  ].join("\n");

export function SystemPage() {
  const text = useText();
  const copy = useCopy();
  const { data: health, error, refetch } = useQuery(healthQuery);
  useKeys({ checkAgain: () => void refetch() });
  return (
    <SettingsPage
      title={text.system.title}
      tools={
        health && (
          <button type="button" className="btn sm" onClick={() => copy(reportOf(health), text.system.report)}>
            <Icon name="copy" />
            {text.system.copyReport}
          </button>
        )
      }
    >
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : health ? (
        <Findings health={health} />
      ) : (
        <Skeleton rows={5} />
      )}
    </SettingsPage>
  );
}

function Findings({ health }: { health: Health }) {
  const text = useText();
  const found = health.checks.filter(({ state }) => state !== "ok").length;
  const checks = health.checks.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return (
    <>
      <header>
        <div>
          <h1>{found === 0 ? text.system.ok : text.system.findings(found)}</h1>
          <p>
            {text.system.looked(clock(health.checkedAt))}{" "}
            <span className="desk-only">
              <KeyHint act="checkAgain" /> {text.system.again}
            </span>
          </p>
        </div>
      </header>
      <section className="card">
        <ul className="checks" aria-label={text.system.checks}>
          {checks.map((check) => {
            const { style, icon } = looks[check.state];
            return (
              <li key={check.name} className={`chk ${style}`}>
                <span className={`st ${style}`}>
                  <Icon name={icon} size={14} />
                  <span className="vh">{text.system.states[check.state]}</span>
                </span>
                <div className="grow">
                  <b>{words(check.name)}</b>
                  <small>{check.message}</small>
                  {check.hint && <small>{check.hint}</small>}
                </div>
              </li>
            );
          })}
        </ul>
      </section>
      <dl className="kv about">
        <dt>Dossier</dt>
        <dd>{health.version}</dd>
        <dt>Node</dt>
        <dd>{health.node}</dd>
        <dt>PostgreSQL</dt>
        <dd>
          {health.database ?? text.system.noAnswer}{" "}
          {health.isEmbedded && <span className="t3">· {text.system.embedded}</span>}
        </dd>
        <dt>{text.system.started}</dt>
        <dd title={exactTime(health.startedAt)}>
          {longDate(health.startedAt)}, {clock(health.startedAt)}{" "}
          <span className="t3">· {text.system.uptime(health.uptime)}</span>
        </dd>
      </dl>
    </>
  );
}
