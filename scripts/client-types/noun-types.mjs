// Types of a noun: an interface for the fields of each request, one for each result, and one with a method for each verb.
import { comment, sentences } from "./comments.mjs";

/** The fields of every page, which has a type by hand. */
const pageFields = ["type", "itemStart", "itemTotal", "itemTotalCapped", "itemLimit", "items", "nextCursor"];

/** The lists that are a feed of changes with this field, and whose items are then others. */
const customerFeed = { field: "updatedSince", item: "Customer", change: "CustomerChange" };
const feeds = { "customer.list": customerFeed, "customer.search": customerFeed };

export const pascal = (name) =>
  name
    .replace(/(?:^|[._])([a-z])/g, (_, letter) => letter.toUpperCase())
    .replace(/^Customfield/, "CustomField");

export class NounTypes {
  constructor(types, source, document) {
    Object.assign(this, { types, source, document });
  }

  responseOf({ row }) {
    const path = this.document.paths[this.source.basePath + row.paths[0]];
    const { content } = path[row.method.toLowerCase()].responses[200];
    return row.stream
      ? content["text/event-stream"].schema.contentSchema
      : content["application/json"].schema;
  }

  /** The interface of a request's fields; undefined if it has none. */
  inputOf({ name, row }) {
    const fields = this.source.fieldsOf(row);
    if (fields.length === 0) return undefined;
    const example = this.#example({ name, row });
    const title = `${pascal(name)}Input`;
    const needs = (row.needs ?? []).map(({ anyOf }) => anyOf.map((one) => `\`${one}\``).join(" or "));
    const about = sentences(
      `The fields of \`${name}\``,
      needs.length > 0 ? `It needs ${needs.join(", and ")}` : undefined,
    );
    const lines = fields.map((field) =>
      this.types.inputField(field, row, example[field.inputName] ?? this.#fieldExample(row, field)),
    );
    return {
      name: title,
      text: [
        comment([about, `@example\nconst input: ${title} = ${literal(example)};`]),
        `export interface ${title} {`,
        ...lines,
        "}",
      ].join("\n"),
    };
  }

  #fieldExample(row, { inputName, json }) {
    const wire = inputName.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
    const known = this.source.exampleOf("", wire);
    return json.enum || Array.isArray(known) || inputName === "type" || inputName === "sort"
      ? undefined
      : known;
  }

  /** The fields of the example's request, with channels as the client takes them. */
  #example(endpoint) {
    const { channels = [], ...fields } = this.source.exampleFields(endpoint);
    const extra = Object.keys(fields).filter((name) => name.startsWith("extra_"));
    const more = extra.map((name) => ({ type: name.slice(6), address: fields[name] }));
    const own = Object.fromEntries(Object.entries(fields).filter(([name]) => !extra.includes(name)));
    return { ...own, ...(channels.length + more.length > 0 ? { channels: [...channels, ...more] } : {}) };
  }

  /** What a method returns: its type, the interface that it needs, and for a list the type of its items. */
  resultOf(endpoint, raw) {
    if (endpoint.row.stream) return { type: `${raw ? "Raw" : ""}ChangeEvent` };
    const schema = this.responseOf(endpoint);
    const prefix = raw ? "Raw" : "";
    if (schema.$ref?.endsWith("/Result")) return this.#writeResult(endpoint, { properties: {} }, raw);
    if (schema.allOf) return this.#writeResult(endpoint, schema.allOf[1], raw);
    if (schema.properties) return this.#writeResult(endpoint, this.#beyondResult(schema), raw);
    const envelope = this.types.components[schema.$ref.split("/").at(-1)];
    const { item, items } = envelope.properties;
    if (item) {
      const title = this.types.titleOf(item.$ref, raw);
      return { type: raw ? `RawItem<${title}>` : title, title };
    }
    const title = feeds[endpoint.name]
      ? `${prefix}${feeds[endpoint.name].item}`
      : this.types.titleOf(items.items.$ref, raw);
    const own = Object.keys(envelope.properties).filter((name) => !pageFields.includes(name));
    const page = `${prefix}Page<${title}>`;
    if (own.length === 0) return { type: page, item: title };
    const extended = `${title}Page`;
    const text = this.#interface(
      extended,
      `A page of the list, with what \`${endpoint.name}\` adds`,
      page,
      envelope,
      own,
      raw,
    );
    return { type: extended, item: title, text };
  }

  /** What a result that is written out whole adds to the common one. */
  #beyondResult({ properties, required = [] }) {
    const common = this.types.components.Result.properties;
    return {
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !(name in common))),
      required: required.filter((name) => !(name in common)),
    };
  }

  #writeResult({ name, row }, added, raw) {
    const base = raw ? "RawResult" : "Result";
    const { id } = row.output.shape;
    const own = Object.keys(added.properties);
    const isNullable = id.type === "nullable";
    if (own.length === 0 && !isNullable) return { type: base };
    const title = `${raw ? "Raw" : ""}${pascal(name)}Result`;
    const properties = {
      ...(isNullable ? { id: { type: ["integer", "null"], description: id.description } } : {}),
      ...added.properties,
    };
    const schema = { properties, required: [...(added.required ?? []), "id"] };
    const parent = isNullable ? `Omit<${base}, "id">` : base;
    const about = `What \`${name}\` did`;
    return { type: title, text: this.#interface(title, about, parent, schema, Object.keys(properties), raw) };
  }

  #interface(title, about, parent, schema, chosen, raw) {
    const context = { raw, indent: "  ", component: title };
    return {
      name: title,
      text: [
        comment([sentences(about)]),
        `export interface ${title} extends ${parent} {`,
        ...this.types.fieldsOf(schema, context, chosen),
        "}",
      ].join("\n"),
    };
  }

  /** The method of an endpoint, and that which reads the whole list. */
  methodsOf(endpoint, raw) {
    const { name, row } = endpoint;
    const verb = name.split(".")[1];
    const input = this.inputParameter(endpoint);
    const result = this.resultOf(endpoint, raw);
    const feed = feeds[name];
    const text = raw ? [sentences(row.summary)] : this.#about(endpoint, result);
    const method = (comments, parameter, type) => [
      comment(comments, "  "),
      `  ${verb}(${parameter}, options?: CallOptions): Promise<${type}>;`,
    ];
    if (row.stream)
      return [
        comment(text, "  "),
        `  ${verb}(${input}, options?: WatchOptions): ${generator(result.type)};`,
      ].join("\n");
    const prefix = raw ? "Raw" : "";
    const lines = feed
      ? [
          ...method(
            withFeed(feed, raw ? text : this.#feedAbout(endpoint, text)),
            `input: ${pascal(name)}Input & { ${feed.field}: Date | string }`,
            `${prefix}Page<${prefix}${feed.change}>`,
          ),
          ...method(text, input, result.type),
        ]
      : method(text, input, result.type);
    return [...lines, ...(result.item ? this.#eachOf(endpoint, result, raw) : [])].join("\n");
  }

  inputParameter({ name, row }) {
    const fields = this.source.fieldsOf(row);
    if (fields.length === 0) return "input?: NoFields";
    return `input${fields.some(({ required }) => required) ? "" : "?"}: ${pascal(name)}Input`;
  }

  #eachOf(endpoint, { item }, raw) {
    const { name } = endpoint;
    const [noun, verb] = name.split(".");
    const each = verb.startsWith("list") ? verb.replace("list", "each") : `each${pascal(verb)}`;
    const feed = feeds[name];
    const prefix = raw ? "Raw" : "";
    const about = sentences(
      `Iterates over the whole list of \`${verb}\`, item by item; pages are fetched as needed`,
    );
    const example = `@example\nfor await (const item of dossier.${noun}.${each}(${literal(this.#example(endpoint))}, { limit: 500 })) console.log(item.id);`;
    return [
      ...(feed
        ? [
            comment(
              raw
                ? [about]
                : [
                    about,
                    feedText(feed),
                    feedExample(feed, `for await (const change of dossier.${noun}.${each}`, ")"),
                  ],
              "  ",
            ),
            `  ${each}(input: ${pascal(name)}Input & { ${feed.field}: Date | string }, options?: ListOptions): ${generator(`${prefix}${feed.change}`)};`,
          ]
        : []),
      comment(raw ? [about] : [about, example], "  "),
      `  ${each}(${this.inputParameter(endpoint)}, options?: ListOptions): ${generator(item)};`,
    ];
  }

  /** What is said of the feed of changes: the same as of the list, with another example. */
  #feedAbout({ name }, text) {
    const own = text.filter((part) => !part.startsWith("@example"));
    return [...own, feedExample(feeds[name], `const { items, nextCursor } = await dossier.${name}`, "")];
  }

  #about(endpoint, result) {
    const { name, row } = endpoint;
    const { describe } = this.types.spelling;
    const say = (text) => describe.call(this.types.spelling, text, row);
    const needed = this.source.requiredPermission(row);
    const costs = Object.entries(row.costs ?? {}).map(
      ([field, cost]) => `With \`${field}\` a call counts as ${cost} requests against the limit of its key`,
    );
    const codes = [...row.errors, ...(row.ifMatch ? ["stale_version"] : [])];
    return [
      sentences(say(row.summary)),
      row.description ? sentences(say(row.description)) : undefined,
      sentences(needed ? `Needs the permission ${needed}` : "Any valid key may call it", ...costs),
      ...codes.map((code) => `@throws {DossierError} \`${code}\`: ${this.source.codeTexts[code].means}`),
      `@example\n${this.#call(name, result, this.#example(endpoint))}`,
    ];
  }

  #call(name, { type, item, title }, fields) {
    const input = Object.keys(fields).length === 0 ? "" : literal(fields);
    if (type === "ChangeEvent")
      return `for await (const change of dossier.${name}(${input})) console.log(change.type);`;
    const variable = title ? title.charAt(0).toLowerCase() + title.slice(1) : undefined;
    const taken = item
      ? "{ items, nextCursor }"
      : (variable ?? (type === "Result" ? "{ outcome }" : "result"));
    return `const ${taken} = await dossier.${name}(${input});`;
  }
}

const withFeed = (feed, [summary, ...rest]) => [summary, feedText(feed), ...rest];
const feedText = ({ field }) =>
  `With \`${field}\` it is the feed of changes, whose items may be deleted customers.`;

const feedExample = ({ field }, call, end) =>
  `@example\n${call}({ ${field}: "2026-11-23T18:00:00Z" })${end === "" ? ";" : `${end}\n  console.log(change.id, "deletedAt" in change);`}`;

const generator = (type) => `AsyncGenerator<${type}, void, undefined>`;

/** A value as TypeScript writes it. */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, one]) => `${name}: ${literal(one)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}
