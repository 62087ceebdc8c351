// Spelling: the name in our spelling of every field of a response, and of names in the descriptions. Invariant: a name of
// the wire has one name in our spelling, wherever it stands, and no two fields of one object get the same.

/** These fields hold names of fields, which stay as the wire has them. */
const holdsNames = new Set(["field", "fields", "truncated", "ignored", "crm_field_map", "crmFieldMap"]);

/** Names of the envelope of errors, and what the client's error has in their place. */
const errorNames = [
  ["conflict.customer_id", "conflict.customerId"],
  ["request_id", "requestId"],
];

export class Spelling {
  /** our name of each name of the wire that is spelled otherwise */
  names = new Map();
  /** the names of the wire of the fields that hold objects with such names */
  containers = new Set();

  constructor({ customerFields, rows, wireName, basePath }, components, schemas) {
    this.irregular = new Map(customerFields.map(({ name, wire }) => [wire, name]));
    this.components = components;
    this.wireName = wireName;
    this.operations = new Map(
      rows().flatMap(({ name, row }) => row.paths.map((path) => [`${row.method} ${path}`, name])),
    );
    this.basePath = basePath;
    for (const schema of schemas) this.#collect(schema, new Set());
  }

  /** Our name of a name of the wire. */
  ours(wire) {
    const own = this.irregular.get(wire);
    return own ?? wire.replace(/ID$/, "Id").replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  }

  /** A description of a field or an operation in our spelling: names of fields, and operations by their methods. */
  describe(text, row, field) {
    if (text === undefined || holdsNames.has(field)) return text;
    const inputs = row ? Object.keys(row.input.shape).map((name) => [this.wireName(row, name), name]) : [];
    const names = new Map([...this.names, ...errorNames, ...inputs]);
    return text
      .replace(/`?\b(GET|POST|PUT|DELETE) (\/[A-Za-z/{}]+)`?/g, (all, method, path) => {
        const name = this.operations.get(`${method} ${path}`);
        return name === undefined ? all : `\`${name}\``;
      })
      .replace(/`?\bcustom_(…|<name>)`?/g, "`custom.$1`")
      .replace(/`([A-Za-z_.]+)`/g, (all, name) => (names.has(name) ? `\`${names.get(name)}\`` : all))
      .replace(/(?<![`\w.])[a-z]+(?:_[a-z]+)+(?![`\w.]*`)/g, (name) => names.get(name) ?? name);
  }

  /** Collects the names of a schema; says whether it has any that are spelled otherwise. */
  #collect(schema, path) {
    if (typeof schema.$ref === "string") {
      const name = schema.$ref.split("/").at(-1);
      if (path.has(name)) throw new Error(`${name} contains itself`);
      return this.#collect(this.components[name], new Set([...path, name]));
    }
    const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
    const inParts = parts.map((part) => this.#collect(part, path)).some(Boolean);
    return [inParts, this.#collectFields(schema.properties ?? {}, path)].some(Boolean);
  }

  #collectFields(properties, path) {
    const wires = Object.keys(properties);
    const ours = new Set(wires.map((wire) => this.ours(wire)));
    if (ours.size < wires.length) throw new Error(`two of ${wires.join(", ")} have one name`);
    let any = false;
    for (const [wire, schema] of Object.entries(properties)) {
      if (this.ours(wire) !== wire) {
        this.names.set(wire, this.ours(wire));
        any = true;
      }
      if (this.#collect(schema, path)) {
        this.containers.add(wire);
        any = true;
      }
    }
    return any;
  }
}
