/** Texts of the page of backups. */
import type { Texts } from "../../text/texts.ts";

/** "day", "2 days": behind "every". */
const plural = (n: number, one: string, other: string) => (n === 1 ? one : `${n} ${other}`);

const en = {
  lead: "Backups are made on the schedule of the settings, or in the terminal of the server. This page shows them; it changes nothing.",
  ages: {
    good: (ago: string) => `The newest backup was made ${ago}.`,
    old: (ago: string) =>
      `The newest backup was made ${ago}. The next is overdue: the log of the server says why.`,
    unscheduled: (ago: string) =>
      `The newest backup was made ${ago}, and none is scheduled. Without a recent one, a lost disk loses what was written since.`,
  },
  missing: {
    none: "There is no backup. Without one, a lost disk loses everything.",
    first: "No backup has been made yet. The first is due.",
  },
  failed: (when: string, why: string) => `The last attempt, ${when}, failed: ${why}`,
  noSecret:
    "Scheduled backups lack the installation’s secret. Set DOSSIER_BACKUP_PASSPHRASE_FILE, or keep a copy of the secret elsewhere.",
  schedule: "Schedule",
  every: (often: string, keep: number) => `every ${often}; the newest ${keep} are kept`,
  often: (seconds: number) =>
    seconds % 86_400 === 0
      ? plural(seconds / 86_400, "day", "days")
      : seconds % 3600 === 0
        ? plural(seconds / 3600, "hour", "hours")
        : plural(Math.round(seconds / 60), "minute", "minutes"),
  unset: "none. Set DOSSIER_BACKUP_EVERY=24h and start the server again.",
  next: "Next due",
  folder: "Folder",
  folderHint: "on the machine of the server. Copy it to another machine.",
  encrypted: "Encrypted",
  encryptedNo:
    "no. A backup holds personal data; only the installation’s secret in it is sealed, under the passphrase.",
  file: "File",
  made: "Made",
  size: "Size",
  secret: "Secret",
  sealed: "sealed inside",
  without: "not inside",
  unreadable: "not readable as a backup",
  newest: (n: number) => `The newest 100 of ${n}.`,
  empty: "No backup in the folder",
  make: "Make one now",
  check: "Check one",
  restore: "Restore into a new folder",
  restoreHint: "The running installation is left alone. Start the restored one once it is what you want.",
  terminal: "In the terminal of the server",
  passphrase:
    "The passphrase is in the file passphrase; the page Operations of the documentation says how it is made.",
  command: "the command",
  mine: "This installation uses a PostgreSQL of yours, so its backups are yours too: Dossier schedules none and sees none.",
  mineHint:
    "Run dossier backup from a timer of the system, or use the tools of the database, such as pg_dump or pgBackRest. What those restore brings erased people and revoked keys back, and the documentation says what to do then.",
  noLog:
    "There is no erasure log: a restored backup brings back who was erased since. Set DOSSIER_ERASURE_LOG to a file on another disk than the database’s.",
  docs: "Documentation of backups",
};

const nl: typeof en = {
  lead: "Back-ups worden gemaakt op het schema van de instellingen, of in de terminal van de server. Deze pagina toont ze; ze wijzigt niets.",
  ages: {
    good: (ago) => `De nieuwste back-up is ${ago} gemaakt.`,
    old: (ago) =>
      `De nieuwste back-up is ${ago} gemaakt. De volgende is te laat: het logboek van de server zegt waarom.`,
    unscheduled: (ago) =>
      `De nieuwste back-up is ${ago} gemaakt, en er is geen schema. Zonder recente back-up verliest een kapotte schijf wat sindsdien is geschreven.`,
  },
  missing: {
    none: "Er is geen back-up. Zonder back-up verliest een kapotte schijf alles.",
    first: "Er is nog geen back-up gemaakt. De eerste is aan de beurt.",
  },
  failed: (when, why) => `De laatste poging, ${when}, mislukte: ${why}`,
  noSecret:
    "Geplande back-ups missen het geheim van de installatie. Stel DOSSIER_BACKUP_PASSPHRASE_FILE in, of bewaar elders een kopie van het geheim.",
  schedule: "Schema",
  every: (often, keep) => `elke ${often}; de nieuwste ${keep} blijven bewaard`,
  often: (seconds) =>
    seconds % 86_400 === 0
      ? plural(seconds / 86_400, "dag", "dagen")
      : seconds % 3600 === 0
        ? plural(seconds / 3600, "uur", "uur")
        : plural(Math.round(seconds / 60), "minuut", "minuten"),
  unset: "geen. Stel DOSSIER_BACKUP_EVERY=24h in en start de server opnieuw.",
  next: "Volgende",
  folder: "Map",
  folderHint: "op de machine van de server. Kopieer die naar een andere machine.",
  encrypted: "Versleuteld",
  encryptedNo:
    "nee. Een back-up bevat persoonsgegevens; alleen het geheim van de installatie erin is verzegeld, met de wachtwoordzin.",
  file: "Bestand",
  made: "Gemaakt",
  size: "Grootte",
  secret: "Geheim",
  sealed: "verzegeld erin",
  without: "niet erin",
  unreadable: "niet leesbaar als back-up",
  newest: (n) => `De nieuwste 100 van ${n}.`,
  empty: "Geen back-up in de map",
  make: "Nu een maken",
  check: "Een controleren",
  restore: "Terugzetten in een nieuwe map",
  restoreHint: "De draaiende installatie blijft met rust. Start de teruggezette zodra die is wat u wilt.",
  terminal: "In de terminal van de server",
  passphrase:
    "De wachtwoordzin staat in het bestand passphrase; de pagina Operations van de documentatie zegt hoe die te maken.",
  command: "de opdracht",
  mine: "Deze installatie gebruikt uw eigen PostgreSQL, dus zijn de back-ups ook van u: Dossier plant er geen en ziet er geen.",
  mineHint:
    "Draai dossier backup vanuit een timer van het systeem, of gebruik de hulpmiddelen van de database, zoals pg_dump of pgBackRest. Wat die terugzetten brengt gewiste mensen en ingetrokken sleutels terug; de documentatie zegt wat dan te doen.",
  noLog:
    "Er is geen logboek van wissingen: een teruggezette back-up brengt terug wie sindsdien is gewist. Stel DOSSIER_ERASURE_LOG in op een bestand op een andere schijf dan die van de database.",
  docs: "Documentatie van back-ups",
};

export const backupTexts: Texts<typeof en> = { en, nl };
