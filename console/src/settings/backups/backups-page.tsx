/** Backups: which there are, whether the newest is recent, and the commands that make, check and restore one. */
import type { Backup } from "@dossier/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../session/api.ts";
import { useTexts } from "../../text/texts.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { clock, exactTime, longDate } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Blank, Failure, Skeleton } from "../../ui/states.tsx";
import { Moment, Until } from "../parts/moment.tsx";
import { Table } from "../parts/table.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { findingOf } from "./finding.ts";
import { backupTexts } from "./text.ts";

const backupQuery = queryOptions({
  queryKey: ["backup"],
  queryFn: ({ signal }) => api.backup.find({}, { signal }),
  refetchInterval: 30_000,
});

export function BackupsPage() {
  const text = useTexts(backupTexts);
  const { pages } = useTexts(settingsTexts);
  const { data, error, refetch } = useQuery(backupQuery);
  return (
    <SettingsPage title={pages.backups} lead={text.lead}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data ? (
        <div className="stack l">
          {data.isEmbedded ? <OnSchedule backup={data} /> : <Mine />}
          {data.erasureLog === null && (
            <div className="tell warn">
              <Icon name="warning" />
              <div>{text.noLog}</div>
            </div>
          )}
          <Commands backup={data} />
        </div>
      ) : (
        <Skeleton rows={4} />
      )}
    </SettingsPage>
  );
}

/** How long ago, in hours of the last two days, else in days. */
function agoText(at: string): string {
  const hours = Math.round((Date.now() - Date.parse(at)) / 3_600_000);
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  if (hours < 1) return words.format(-Math.round((Date.now() - Date.parse(at)) / 60_000), "minute");
  return hours < 48 ? words.format(-hours, "hour") : words.format(-Math.round(hours / 24), "day");
}

const looks = { good: "ok", warn: "warning", bad: "bad" } as const;

function OnSchedule({ backup }: { backup: Backup }) {
  const text = useTexts(backupTexts);
  const { failure, every, keep, nextDueAt, folder, hasPassphrase } = backup;
  const newest = backup.backups[0];
  const { tone, name } = findingOf(backup);
  return (
    <>
      <div className={`tell ${tone}`}>
        <Icon name={looks[tone]} />
        <div>
          {name === "failed" && failure
            ? text.failed(`${longDate(failure.at)}, ${clock(failure.at)}`, failure.message)
            : name === "none" || name === "first"
              ? text.missing[name]
              : newest && name !== "failed" && text.ages[name](agoText(newest.createdAt))}
        </div>
      </div>
      {every !== null && !hasPassphrase && (
        <div className="tell warn">
          <Icon name="key" />
          <div>{text.noSecret}</div>
        </div>
      )}
      <dl className="kv backup-facts">
        <dt>{text.schedule}</dt>
        <dd>{every === null ? text.unset : text.every(text.often(every), keep ?? 0)}</dd>
        {nextDueAt && (
          <>
            <dt>{text.next}</dt>
            <dd title={exactTime(nextDueAt)}>
              <Until at={nextDueAt} />
            </dd>
          </>
        )}
        <dt>{text.folder}</dt>
        <dd>
          <code>{folder}</code> <span className="t3">{text.folderHint}</span>
        </dd>
        <dt>{text.encrypted}</dt>
        <dd>{text.encryptedNo}</dd>
      </dl>
      <Files backup={backup} />
    </>
  );
}

const units = ["kilobyte", "megabyte", "gigabyte"] as const;

function sizeText(bytes: number): string {
  const place = bytes < 1e6 ? 0 : bytes < 1e9 ? 1 : 2;
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: units[place],
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** (place + 1));
}

function Files({ backup: { backups, count } }: { backup: Backup }) {
  const text = useTexts(backupTexts);
  if (backups.length === 0) return <Blank icon="backup" title={text.empty} />;
  return (
    <div>
      <Table
        label={text.file}
        className="row-list"
        columns={[text.file, text.made, text.secret, { label: text.size, isEnd: true }]}
        items={backups}
        keyOf={({ name }) => name}
      >
        {({ name, size, createdAt, hasSecret }) => (
          <>
            <td className="full">
              <code>{name}</code>
            </td>
            <td className="small t2 nowrap">
              <Moment at={createdAt} />
            </td>
            <td className="small">
              {hasSecret === null ? (
                <span className="pill bad">{text.unreadable}</span>
              ) : hasSecret ? (
                text.sealed
              ) : (
                text.without
              )}
            </td>
            <td className="r">{sizeText(size)}</td>
          </>
        )}
      </Table>
      {count > backups.length && <p className="small t3 under">{text.newest(count)}</p>}
    </div>
  );
}

/** Of an external PostgreSQL the operator makes the backups. */
function Mine() {
  const text = useTexts(backupTexts);
  return (
    <div className="tell info">
      <Icon name="database" />
      <div>
        <b>{text.mine}</b> {text.mineHint}
      </div>
    </div>
  );
}

const program = "npm run -s dossier --";

/** A path as one word of a shell. */
const word = (path: string) =>
  /^[\w./~:@-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;

function Commands({ backup: { folder, backups, erasureLog, isEmbedded } }: { backup: Backup }) {
  const text = useTexts(backupTexts);
  const newest = backups[0];
  const file = folder && newest ? word(`${folder}/${newest.name}`) : "monday.backup";
  const log = erasureLog ? `--erasure-log ${word(erasureLog)}` : "--without-erasure-log";
  const target = isEmbedded ? "--data-dir ./restored" : "--secret-out secret";
  const commands = [
    [text.make, `${program} backup monday.backup --passphrase-file passphrase`],
    [text.check, `${program} backup --verify ${file}`],
    [text.restore, `${program} restore ${file} --passphrase-file passphrase ${log} ${target}`],
  ] as const;
  return (
    <section className="stack s">
      <h2>{text.terminal}</h2>
      {commands
        .filter(([label]) => isEmbedded || label !== text.restore)
        .map(([label, command]) => (
          <div key={label} className="field">
            <span className="label">{label}</span>
            <div className="cmd whole">
              <code>{command}</code>
              <CopyButton value={command} what={text.command} />
            </div>
            {label === text.restore && <span className="hint">{text.restoreHint}</span>}
          </div>
        ))}
      <p className="hint">
        {text.passphrase}{" "}
        <a className="link" href="/docs/operations#backup-and-restore">
          {text.docs}
        </a>
      </p>
    </section>
  );
}
