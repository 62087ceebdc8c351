// Files of a noun: its records, results, inputs and methods, in one file, or in a folder of several.
import { comment, sentences } from "./comments.mjs";
import { pascal } from "./noun-types.mjs";

/** A longer file becomes a folder: a file of the tree has at most 400 lines. */
const maxLines = 400;

/** The nouns of the table, in its order. */
export const nounsOf = (table) => [...new Set(table.map(({ name }) => name.split(".")[0]))];

const isRead = ({ row }) => row.method === "GET" || row.search === true;

/** The files of a noun in one spelling: one, or a folder of several where that is too long. */
export function nounFiles(noun, endpoints, nouns, types, source, raw) {
  const titles = new Set(endpoints.flatMap((one) => [...recordsOf(nouns.responseOf(one), types.components)]));
  titles.delete("TimelineItem"); // two nouns have it
  titles.delete("ChangeEvent"); // written by hand
  const records = [...titles].flatMap((title) => recordBlocks(title, types, raw));
  const results = unique(endpoints.map((one) => nouns.resultOf(one, raw).text).filter(Boolean));
  const inputs = raw ? [] : endpoints.map((one) => nouns.inputOf(one)).filter(Boolean);
  const title = `${raw ? "Raw" : ""}${pascal(noun)}`;
  const methods = (name, some, parents = "") => ({
    name,
    text: [
      comment([sentences(source.tagTexts[noun])]),
      `export interface ${name}${parents} {`,
      ...some.map((one) => nouns.methodsOf(one, raw)),
      "}",
    ].join("\n"),
  });
  const path = raw ? `raw/${noun}` : noun;
  const whole = [...records, ...results, ...inputs, methods(`${title}Methods`, endpoints)];
  if (linesOf(whole) <= maxLines) return [[path, { blocks: whole }]];
  const inputFile = (which, some) =>
    raw ? [] : [[`${path}/${which}`, { blocks: some.map((one) => nouns.inputOf(one)).filter(Boolean) }]];
  const [reads, writes] = [endpoints.filter(isRead), endpoints.filter((one) => !isRead(one))];
  return [
    [`${path}/records`, { blocks: records }],
    [`${path}/results`, { blocks: results }],
    ...inputFile("read-inputs", reads),
    ...inputFile("write-inputs", writes),
    [`${path}/reads`, { blocks: [methods(`${title}Reads`, reads)] }],
    [`${path}/methods`, { blocks: [methods(`${title}Methods`, writes, ` extends ${title}Reads`)] }],
  ];
}

/** About how many lines the blocks have in a file: the formatter breaks long ones in four, and imports precede them. */
function linesOf(blocks) {
  const lines = blocks.flatMap(({ text }) => [...text.split("\n"), ""]);
  return (
    lines.length +
    3 * lines.filter((line) => line.length > 110 && !line.trimStart().startsWith("*")).length +
    20
  );
}

const unique = (blocks) => [...new Map(blocks.map((one) => [one.name, one])).values()];

/** The components that a response names, with those that they name. */
function recordsOf(schema, components, titles = new Set()) {
  if (typeof schema !== "object" || schema === null) return titles;
  const name = schema.$ref?.split("/").at(-1);
  if (name !== undefined && name !== "Result" && !titles.has(name)) {
    if (!/(List|Item)$/.test(name) || name === "TimelineItem") titles.add(name);
    recordsOf(components[name], components, titles);
  }
  for (const part of Object.values(schema)) recordsOf(part, components, titles);
  return titles;
}

const recordTexts = {
  ApiKey: "An API key.",
  AuditEntry: "An entry of the audit trail.",
  Brand: "A brand; only keys with SETTINGS_CRUD get the five fields about its CRM.",
  BrandCrmTest: "What a brand's CRM answered to a trial.",
  Channel: "A channel of a customer: a type and an address.",
  ChannelType: "A type of channel.",
  CustomField: "A custom field of a brand.",
  Customer: "A customer.",
  CustomerChange: "An item of the feed of changes.",
  DeletedCustomer: "A deleted or purged customer in the feed of changes: no word of it.",
  Backup: "The scheduled backups of an installation.",
  Health: "What `dossier doctor` finds on a running server.",
  Job: "A background job.",
  RestorableCustomer: "A deleted customer that can be restored.",
  Session: "The key in use: its name, kind, permissions, brands and end, and its session.",
  Ticket: "A ticket.",
  TicketWithStory: "A ticket with what its brand's CRM said, and on request with its messages.",
  TimelineCounts: "How many items a timeline has.",
  TimelineItem: "An item of a timeline.",
  Webhook: "A webhook.",
  WebhookDelivery: "The delivery of one event to one webhook.",
};

/** The types of a component. */
export function recordBlocks(name, types, raw) {
  const schema = types.components[name];
  const title = types.titleOf(name, raw);
  if (recordTexts[name] === undefined) throw new Error(`${name} has no description`);
  const about = comment([raw ? `${recordTexts[name].slice(0, -1)}, as the wire has it.` : recordTexts[name]]);
  if (schema.anyOf) {
    const text = `${about}\nexport type ${title} = ${types.typeOf(schema, { raw })};`;
    return [{ name: title, text }];
  }
  const context = { raw, indent: "  ", component: name };
  const fields = types.fieldsOf(schema, context);
  return [
    {
      name: title,
      text: [about, `export interface ${title} {`, ...fields, ...customFields(schema, raw), "}"].join("\n"),
    },
  ];
}

/** Custom fields: one object in our spelling, and one field each on the wire. */
function customFields(schema, raw) {
  if (schema.patternProperties === undefined) return [];
  return raw
    ? ["  /** A custom field that has a value. */", "  [field: `custom_${string}`]: CustomValue;"]
    : [
        comment(
          ['The custom fields that have a value, by their own names, for example `{ tier: "gold" }`.'],
          "  ",
        ),
        "  custom: Record<string, CustomValue>;",
      ];
}

/** The interface with the methods of every noun. */
export function methodsBlock(table, { tagTexts }, raw) {
  const nouns = nounsOf(table);
  const prefix = raw ? "Raw" : "";
  const name = raw ? "RawClient" : "Methods";
  const about = raw
    ? [
        "The same methods, whose results are as the wire has them: its names, in its envelopes.",
        "@example\nconst { item }: RawItem<RawCustomer> = await dossier.raw.customer.find({ id: 7 });\nconsole.log(item.external_primary_id, item.custom_tier);",
      ]
    : ["Every endpoint as a method, by noun and verb.", "@example\nconst { customer }: Methods = dossier;"];
  return {
    name,
    text: [
      comment(about),
      `export interface ${name} {`,
      ...nouns.map(
        (noun) =>
          `${comment([sentences(tagTexts[noun])], "  ")}\n  ${noun}: ${prefix}${pascal(noun)}Methods;`,
      ),
      "}",
    ].join("\n"),
  };
}
