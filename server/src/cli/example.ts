/** An example of each call, made from its fields: what is required, or what tells most. */
import { type Endpoint, type FieldFacts, fieldsOf } from "@dossier/api";
import { optionName } from "./fields.ts";

/** Values by field that read better than what a kind of field can say. */
const samples: Record<string, string> = {
  primaryId: "K-17",
  externalId: "K-17",
  query: "lovelcae",
  value: "ada@example.org",
  message: '"Order 1843 was paid"',
  channels: "email=ada@example.org",
  permissions: "CUSTOMER_READ",
  channel: "email",
  type: "email",
  title: '"Where is my parcel?"',
  from: "ada@example.org",
};

const telling: Record<string, string> = {
  "customer.resolve":
    "dossier call customer.resolve --brand-id 1 --primary-id K-17 --firstname Ada \\\n    --channel email=ada@example.org --custom tier=gold",
  "customer.update": "dossier call customer.update 7 --lastname King --custom tier=platinum --if-match 3",
  "customer.list": "dossier call customer.list --query lovelcae",
  "customer.addEvent":
    'dossier call customer.addEvent --primary-id K-17 --brand-id 1 --type order \\\n    --message "Order 1843 was paid" --event-id order-1843',
  "customer.listTimeline": "dossier call customer.listTimeline --customer-id 7 --get-ticket-history --all",
  "customfield.create":
    "dossier call customfield.create --brand-id 1 --name tier --type select --options silver --options gold",
  "ticket.update": "dossier call ticket.update 12 --status solved",
  "brand.update": "dossier call brand.update 1 --search-by-channel",
  "channel.update": "dossier call channel.update 6 --name insta",
};

/** One line that works, or two. */
export function exampleOf(name: string, row: Endpoint): string {
  const known = telling[name];
  if (known) return known;
  const fields = fieldsOf(row).filter(({ ours }) => ours !== "id");
  const needed = (row.needs ?? []).map(({ anyOf }) => anyOf[0]);
  const shown = fields.filter(({ required, ours }) => required || needed.includes(ours));
  const id = "id" in row.input.shape ? " 7" : "";
  return `dossier call ${name}${id}${shown.map((field) => ` ${optionName(row, field.ours)} ${sampleOf(name, field)}`).join("")}`;
}

function sampleOf(name: string, { ours, json }: FieldFacts): string {
  if (ours === "name")
    return name.startsWith("key") ? "webshop" : name.startsWith("channel") ? "matrix" : "Acme";
  const words = json.enum as string[] | undefined;
  return samples[ours] ?? words?.[0] ?? ([json.type].flat().includes("integer") ? "1" : "text");
}
