/** What an entry or a job is about, with a link where there is a page that the key may open. */
import { Link } from "wouter";
import { useMay } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { words } from "../../ui/format.ts";
import { useSettingsPages } from "../pages.ts";
import { partsTexts } from "./text.ts";

/** Whether a table of texts has a word of the API, which may have newer ones. */
export const isKnown = <Table extends object>(table: Table, word: string): word is keyof Table & string =>
  Object.hasOwn(table, word);

export function About({ kind, id }: { kind: string; id: number }) {
  const text = useTexts(partsTexts);
  const [mayCustomers, mayTickets] = [useMay("CUSTOMER_READ"), useMay("TICKET_READ")];
  const paths = useSettingsPages().map(({ path }) => path);
  const name = isKnown(text.kinds, kind) ? text.kinds[kind] : words(kind);
  const label = `${name} ${id}`;
  const inSettings = (path: string, page = path): string | undefined =>
    paths.includes(path) ? page : undefined;
  const href = {
    customer: mayCustomers ? `/customers/${id}` : undefined,
    ticket: mayTickets ? `/tickets/${id}` : undefined,
    webhook: inSettings("/settings/webhooks", `/settings/webhooks/${id}`),
    brand: inSettings("/settings/brands", `/settings/brands/${id}`),
    key: inSettings("/settings/keys"),
  }[kind];
  return href ? (
    <Link className="plain" href={href} data-opens>
      {label}
    </Link>
  ) : (
    label
  );
}
