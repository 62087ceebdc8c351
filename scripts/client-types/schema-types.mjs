// Types of TypeScript from schemas: of the fields of requests, and of responses in our spelling or in the wire's.
import { comment, inWords, limitsOf, sentences } from "./comments.mjs";

/** Names of components, where the client has a better one. */
const titles = {
  ChannelType: "ChannelTypeDefinition",
  CustomField: "CustomFieldDefinition",
  TicketWithStory: "TicketHistory",
};

const quoted = (words) => words.map((word) => JSON.stringify(word)).join(" | ");

export class SchemaTypes {
  constructor(spelling, components, words, exampleOf) {
    Object.assign(this, { spelling, components, exampleOf });
    this.words = new Map(words.map(([name, values]) => [quoted(values), name]));
  }

  /** The name of a component's type. */
  titleOf(ref, raw) {
    const name = ref.split("/").at(-1);
    return `${raw ? "Raw" : ""}${titles[name] ?? name}`;
  }

  /** The type of a schema of a response. */
  typeOf(schema, { raw, indent = "", component = "" }) {
    const within = { raw, indent, component };
    if (schema.$ref) return this.titleOf(schema.$ref, raw);
    if ("const" in schema) return JSON.stringify(schema.const);
    if (schema.enum) return this.oneOf(schema.enum);
    if (schema.anyOf) return schema.anyOf.map((one) => this.typeOf(one, within)).join(" | ");
    if (Array.isArray(schema.type))
      return schema.type.map((type) => this.typeOf({ ...schema, type }, within)).join(" | ");
    if (schema.type === "array") return arrayOf(this.typeOf(schema.items, within));
    if (schema.type === "object" && schema.properties)
      return `{\n${this.fieldsOf(schema, { raw, indent: `${indent}  `, component }).join("\n")}\n${indent}}`;
    if (schema.type === "object")
      return `Record<string, ${this.typeOf(schema.additionalProperties, within)}>`;
    return schema.type === "integer" ? "number" : schema.type;
  }

  oneOf(values) {
    return this.words.get(quoted(values)) ?? quoted(values);
  }

  /** The fields of an object of a response, each with its doc comment. */
  fieldsOf(schema, { raw, indent, component }, chosen) {
    const required = new Set(schema.required);
    return Object.entries(schema.properties)
      .filter(([wire]) => chosen === undefined || chosen.includes(wire))
      .map(([wire, field]) => {
        const name = raw ? wire : this.spelling.ours(wire);
        const type = this.typeOf(field, { raw, indent, component });
        const own = required.has(wire) ? `${name}: ${type};` : `${name}?: ${optional(type)};`;
        return `${comment([this.textOf(field, wire, component, raw)], indent)}\n${indent}${own}`;
      });
  }

  textOf(field, wire, component, raw) {
    const text =
      field.description ??
      (field.$ref ? this.components[field.$ref.split("/").at(-1)].description : undefined);
    const known = text ?? ownTexts[wire];
    if (known === undefined) throw new Error(`${component}.${wire} has no description`);
    if (raw) return sentences(known);
    const words = this.spelling.describe(known, undefined, wire);
    const time = field.format === "date-time" && !words.includes("RFC 3339") ? "RFC 3339, UTC" : undefined;
    return sentences(words, time, inWords(this.exampleOf(component, wire), words));
  }

  /** The type of a field of a request. */
  inputType({ inputName, json }) {
    if (inputName === "channels") return "ChannelInput[]";
    if (inputName === "custom") return "Record<string, CustomValue | null>";
    if (inputName === "getTicketHistory") return "boolean | string";
    if (json.format === "date-time") return "Date | string";
    if (json.enum) return this.oneOf(json.enum);
    if (json.type === "object") return 'Record<string, string> | ""';
    if (json.type === "array") {
      const item = this.inputType({ json: json.items });
      return json.minItems === undefined ? `${item} | ${arrayOf(item)}` : arrayOf(item);
    }
    return [json.type]
      .flat()
      .map((type) => (type === "integer" ? "number" : type))
      .join(" | ");
  }

  /** A field of a request with its doc comment. */
  inputField(field, row, example) {
    const { inputName, json, required, clears, description } = field;
    const own = inputName === "custom" && row.method === "GET" ? filterText : inputTexts[inputName];
    const words = this.spelling.describe(description ?? own, row, inputName) ?? "";
    const text = sentences(
      words,
      limitsOf(json, clears && inputName !== "getTicketHistory"),
      inWords(example, words),
    );
    if (text === "") throw new Error(`the input ${inputName} has no description`);
    const type = this.inputType(field);
    return `${comment([text], "  ")}\n  ${required ? `${inputName}: ${type};` : `${inputName}?: ${optional(type)};`}`;
  }
}

const arrayOf = (type) => (/[ |]/.test(type) && !type.startsWith("{") ? `(${type})[]` : `${type}[]`);
const optional = (type) => `${type} | undefined`;

/** Fields of responses whose schemas have no description of their own. */
const ownTexts = {
  code: "What went wrong, as a word of a closed set",
  count: "How many",
  id: "Its id",
  data: "Who, and what in ids and names of fields",
  item: "The record",
  mapped: "What each result comes to in this brand",
  message: "The same in words for people",
  name: "The name",
  primary_ids: "Their primary ids",
  source: "Who set it: a program, an agent, the brand's CRM, or an import",
};

const filterText = 'Customers with exactly this value of a custom field, for example `{ tier: "gold" }`';

const inputTexts = {
  channels: "Channels to add; one that the customer has already is no fault",
  custom: "Values of custom fields by their names, at most 100; null or empty text clears one",
};
