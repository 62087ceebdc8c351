/** Call examples: one for each endpoint, generated from its required fields, or from the most instructive ones. */
import { type Endpoint, type FieldDescription, fieldsOf } from "@dossier/api";
import { optionName } from "./fields.ts";

/** Sample values by field, where the field's type has no good one. */
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
  address: "+4930123456",
  url: "https://shop.example.org/dossier",
  events: "customer.updated",
  since: "2026-11-23T18:00:00Z",
};

const writtenExamples: Record<string, string> = {
  "customer.resolve":
    "dossier call customer.resolve --brand-id 1 --primary-id K-17 --firstname Ada \\\n    --channel email=ada@example.org --custom tier=gold",
  "customer.update": "dossier call customer.update 7 --lastname King --custom tier=platinum --if-match 3",
  "customer.list": "dossier call customer.list --query lovelcae",
  "customer.addEvent":
    'dossier call customer.addEvent --primary-id K-17 --brand-id 1 --type order \\\n    --message "Order 1843 was paid" --event-id order-1843',
  "customer.listTimeline": "dossier call customer.listTimeline --customer-id 7 --get-ticket-history --all",
  "customfield.create":
    "dossier call customfield.create --brand-id 1 --name size --type select --options small --options large",
  "ticket.update": "dossier call ticket.update 12 --status solved",
  "brand.update": "dossier call brand.update 1 --search-by-channel",
  "channel.update": "dossier call channel.update 6 --name insta",
};

/** An example of one or two lines that works. */
export function exampleOf(name: string, row: Endpoint): string {
  const known = writtenExamples[name];
  if (known) return known;
  const fields = fieldsOf(row).filter(({ inputName }) => inputName !== "id");
  const needed = (row.needs ?? []).map(({ anyOf }) => anyOf[0]);
  const shown = fields.filter(({ required, inputName }) => required || needed.includes(inputName));
  const id = "id" in row.input.shape ? " 7" : "";
  return `dossier call ${name}${id}${shown.map((field) => ` ${optionName(row, field.inputName)} ${sampleOf(name, field)}`).join("")}`;
}

function sampleOf(name: string, { inputName, json }: FieldDescription): string {
  if (inputName === "name")
    return name.startsWith("key") ? "webshop" : name.startsWith("channel") ? "matrix" : "Acme";
  const words = json.enum as string[] | undefined;
  return samples[inputName] ?? words?.[0] ?? ([json.type].flat().includes("integer") ? "1" : "text");
}
