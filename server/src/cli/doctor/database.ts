/** What the doctor says of a database: whether Dossier can run on it, and whether what it acknowledges will last. */
import type { Inspection } from "../../db/inspect.ts";
import { careful, type Finding, ok, wrong } from "./finding.ts";

const oldestVersion = 150_000;

/** Judges what was seen; `own` is the embedded database, whose settings are ours. */
export function judgeDatabase(seen: Inspection, whose: "own" | "given"): Finding[] {
  return [
    version(seen, whose),
    encoding(seen),
    letters(seen),
    trigrams(seen),
    ...durability(seen),
    ...writable(seen),
    schema(seen),
    clock(seen),
  ];
}

function version({ version, versionNumber }: Inspection, whose: "own" | "given"): Finding {
  if (versionNumber < oldestVersion)
    return wrong("database", `PostgreSQL ${version} is too old.`, "Dossier needs 15 or newer.");
  return ok("database", `PostgreSQL ${version} answers${whose === "given" ? " at DATABASE_URL" : ""}`);
}

function encoding({ encoding }: Inspection): Finding {
  if (encoding === "UTF8") return ok("encoding", "UTF8");
  return wrong(
    "encoding",
    `${encoding} cannot hold every name.`,
    "Create the database with ENCODING 'UTF8' TEMPLATE template0.",
  );
}

function letters({ ctype, knowsLetters }: Inspection): Finding {
  if (knowsLetters) return ok("letters", `LC_CTYPE ${ctype} knows those beyond ASCII`);
  return wrong(
    "letters",
    `LC_CTYPE ${ctype} knows ASCII letters only: most names would not be found.`,
    "Create the database with LC_CTYPE 'C.UTF-8' (or another UTF-8 locale) TEMPLATE template0.",
  );
}

function trigrams({ trgm }: Inspection): Finding {
  if (trgm === "installed") return ok("pg_trgm", "installed");
  if (trgm === "available") return ok("pg_trgm", "available: the first start installs it");
  return wrong("pg_trgm", "the extension is missing on the server.", "Install PostgreSQL's contrib package.");
}

function durability({ durability }: Inspection): Finding[] {
  const off = Object.entries(durability).filter(([, value]) => value === "off" || value === "local");
  if (off.length === 0) return [ok("durability", "fsync, full_page_writes and synchronous_commit are on")];
  return off.map(([name, value]) =>
    wrong(
      "durability",
      `${name} is ${value}: writes that were acknowledged can be lost${name === "synchronous_commit" ? "" : ", and the database with them"}.`,
      `ALTER SYSTEM SET ${name} = on; then SELECT pg_reload_conf();`,
    ),
  );
}

function writable({ readOnly }: Inspection): Finding[] {
  if (!readOnly) return [];
  return [
    wrong(
      "writing",
      "the database takes no writes: it is a standby, or set to read only.",
      "Name the primary in DATABASE_URL.",
    ),
  ];
}

function schema({ gap: { missing, unknown } }: Inspection): Finding {
  if (unknown.length > 0)
    return wrong("migrations", `newer than this Dossier: ${unknown.join(", ")}.`, "Use the newer release.");
  if (missing.length > 0)
    return careful(
      "migrations",
      `${missing.length} are to be applied, from ${missing[0]} on.`,
      "`dossier migrate` does it, and so does every start.",
    );
  return ok("migrations", "those of this release");
}

const tolerance = 1000;
const unbearable = 60_000;

function clock({ clock: { difference, within } }: Inspection): Finding {
  const apart = Math.max(0, Math.abs(difference) - within);
  return judgeClock(apart, "the database");
}

/** How far apart two clocks may be: keys expire, events are ordered and limits counted by them. */
export function judgeClock(apart: number, other: string): Finding {
  const told = `${(apart / 1000).toFixed(1)} s apart from ${other}'s`;
  if (apart <= tolerance) return ok("clock", `the same as ${other}'s`);
  const advice = "Keep both by NTP: keys expire and events are ordered by them.";
  return apart > unbearable ? wrong("clock", `${told}.`, advice) : careful("clock", `${told}.`, advice);
}
