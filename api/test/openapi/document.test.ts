// The document is checked by an independent validator, by the table it derives from, and by its own examples: requests
// must pass the decoder, responses the output schemas, and all of them the document's JSON Schema.
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { documentSchemas, pointerTo } from "../support/document-schemas.ts";
import { exampleResponse, exampleInput } from "../../src/openapi/examples.ts";
import { basePath, builtinTypes, codes, decode, openapi, rows, type RawField } from "../../src/index.ts";

type Json = Record<string, unknown>;
interface Operation {
  operationId: string;
  tags: string[];
  description: string;
  parameters?: Json[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json; example: Json }> };
  responses: Record<string, Json>;
  "x-permission": string;
}

const document = openapi() as {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, Json>>;
};
const schemas = document.components.schemas!;

function operationOf(name: string): Operation {
  const { row } = rows().find((one) => one.name === name)!;
  return document.paths[basePath + row.paths[0]]![row.method.toLowerCase()]!;
}

/** Every example of the document, with the pointer of its schema. */
function* examplesIn(node: unknown, ...at: (string | number)[]): Generator<[string, unknown]> {
  if (typeof node !== "object" || node === null) return;
  if ("schema" in node) {
    const { example, examples = {} } = node as { example?: unknown; examples?: Record<string, Json> };
    const values = [
      ...("example" in node ? [example] : []),
      ...Object.values(examples).map((one) => one.value),
    ];
    for (const value of values) yield [pointerTo(...at, "schema"), value];
  } else if ("examples" in node && Array.isArray(node.examples))
    for (const value of node.examples) yield [pointerTo(...at), value];
  for (const [key, part] of Object.entries(node))
    if (!["example", "examples"].includes(key)) yield* examplesIn(part, ...at, key);
}

const operations = () => Object.values(document.paths).flatMap((item) => Object.values(item));

function resolved(node: Json): Json {
  if (typeof node.$ref !== "string") return node;
  const found = node.$ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Json)[key], document) as Json | undefined;
  if (!found) throw new Error(`${node.$ref} points nowhere`);
  return found;
}

const faultsAt = documentSchemas(document);

/** Whether a schema documents a name, through references and parts. */
function documents(sent: Json, name: string): boolean {
  const schema = resolved(sent);
  const patterns = Object.keys(schema.patternProperties ?? {});
  return (
    name in ((schema.properties ?? {}) as Json) ||
    patterns.some((pattern) => new RegExp(pattern, "u").test(name)) ||
    ((schema.allOf ?? []) as Json[]).some((part) => documents(part, name))
  );
}

function walk(node: unknown, visit: (node: Json) => void): void {
  if (typeof node !== "object" || node === null) return;
  visit(node as Json);
  for (const value of Object.values(node)) walk(value, visit);
}

function sentOf(record: Json): RawField[] {
  return Object.entries(record).map(([name, value]) => ({
    name,
    values: [value].flat().map(String),
    list: Array.isArray(value),
  }));
}

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const verdict = await validator.validate(structuredClone(document));
    expect(verdict).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  test("comes out the same each time and holds nothing that JSON cannot", () => {
    expect(JSON.stringify(openapi())).toBe(JSON.stringify(document));
    expect(JSON.parse(JSON.stringify(document))).toStrictEqual(document);
    expect(openapi("1.2.3").info).toMatchObject({ version: "1.2.3" });
  });

  test("has no reference that points nowhere and no component that nobody uses", () => {
    const used = new Set<string>();
    walk(document, (node) => {
      resolved(node);
      if (typeof node.$ref === "string") used.add(node.$ref);
    });
    const kinds = Object.entries(document.components).filter(([kind]) => kind !== "securitySchemes");
    const all = kinds.flatMap(([kind, some]) =>
      Object.keys(some).map((name) => `#/components/${kind}/${name}`),
    );
    expect(all.filter((one) => !used.has(one))).toEqual([]);
  });

  test("has only examples that their schemas allow", () => {
    const examples = [...examplesIn(document)];
    expect(examples.length).toBeGreaterThan(500);
    const wrong = examples.flatMap(([pointer, value]) =>
      faultsAt(pointer, value).map((fault) => `${pointer}: ${fault}`),
    );
    expect(wrong).toEqual([]);
  });

  test("has only patterns that mean the same with and without the flag u", () => {
    const patterns = new Set<string>();
    walk(document, (node) => {
      if (typeof node.pattern === "string") patterns.add(node.pattern);
      for (const pattern of Object.keys(node.patternProperties ?? {})) patterns.add(pattern);
    });
    expect(patterns.size).toBeGreaterThan(6);
    for (const pattern of patterns) {
      expect(() => [new RegExp(pattern), new RegExp(pattern, "u")], pattern).not.toThrow();
      expect(pattern).not.toMatch(/\\[pPuk]\{|\\k<|[^\0-\uFFFF]/u); // without the flag these are other characters
    }
  });

  test("says of each tag what it is about, and of each operation", () => {
    const { tags } = openapi() as { tags: { name: string; description?: string }[] };
    const named = new Map(tags.map(({ name, description }) => [name, description]));
    for (const {
      operationId,
      description,
      tags: [tag = ""],
    } of operations()) {
      expect(named.get(tag), tag).toBeTypeOf("string");
      expect(description, operationId).toMatch(/^\S.*[.!?]$/s);
    }
  });

  test("describes the server that it was read from, or the one that it is given", () => {
    expect(openapi()).toMatchObject({ servers: [{ url: "/" }] });
    const { servers, security, components } = openapi("2", {
      url: "https://customers.example.org",
      keyInQuery: false,
    }) as { servers: unknown; security: Json[]; components: { securitySchemes: Json } };
    expect(servers).toMatchObject([{ url: "https://customers.example.org" }]);
    expect(security.flatMap((one) => Object.keys(one))).not.toContain("apiKeyInQuery");
    expect(components.securitySchemes).not.toHaveProperty("apiKeyInQuery");
  });

  test("has an operation id for every operation, each once", () => {
    const ids = operations().map((one) => one.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z][A-Za-z0-9]*$/.test(id))).toEqual([]);
    expect(operationOf("customer.listByPrimaryId").operationId).toBe("customerListByPrimaryId");
  });

  test("has no operation beyond the table and the server's own paths", () => {
    const ours = rows().flatMap(({ row }) => row.paths.map((path) => `${row.method} ${basePath}${path}`));
    const theirs = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(theirs.sort()).toEqual(
      [...ours, "GET /livez", "GET /metrics", "GET /openapi.json", "GET /readyz"].sort(),
    );
  });
});

describe.each(rows())("$name in the document", ({ name, row }) => {
  const one = operationOf(name);

  test("states its permission and every path", () => {
    expect(one["x-permission"]).toBe(row.permission);
    expect(one.description).toContain(row.permission === "any" ? "Any valid key" : `\`${row.permission}\``);
    for (const path of row.paths.slice(1)) {
      const again = document.paths[basePath + path]?.[row.method.toLowerCase()];
      expect(again?.description).toContain(
        `The same operation as \`${row.method} ${basePath}${row.paths[0]}\``,
      );
    }
  });

  test("has every field that the endpoint reads, and its path id", () => {
    const parameters = (one.parameters ?? []).map(resolved);
    const body = one.requestBody?.content["application/json"]?.schema ?? {};
    const places = (field: string) =>
      documents(body, field) || parameters.some((parameter) => parameter.name === field);
    for (const field of Object.keys(exampleInput({ name, row }))) expect(places(field), field).toBe(true);
    const count = Object.keys(row.input.shape).filter(
      (ours) => ours !== "channels" && (ours !== "custom" || row.method === "GET"),
    ).length;
    const fields = parameters.filter((parameter) => parameter.in !== "header");
    const own = Object.keys((resolved(body).properties ?? {}) as Json).filter(
      (field) => !field.startsWith("extra_"),
    );
    expect(new Set([...fields.map((parameter) => parameter.name), ...own]).size).toBe(count);
    expect(row.paths[0].includes("{id}")).toBe(parameters.some((parameter) => parameter.in === "path"));
  });

  test("describes every field", () => {
    for (const [field, json] of Object.entries(
      (resolved(one.requestBody?.content["application/json"]?.schema ?? {}).properties ?? {}) as Json,
    ))
      expect((json as Json).description, field).toBeTypeOf("string");
    for (const parameter of (one.parameters ?? []).map(resolved))
      expect(parameter.description, String(parameter.name)).toBeTypeOf("string");
  });

  test("asks with an example that the document allows and the decoder takes", () => {
    const { id, ...fields } = exampleInput({ name, row });
    for (const [type, { schema, example }] of Object.entries(one.requestBody?.content ?? {})) {
      expect(resolved(schema).examples, type).toEqual([fields]);
      expect(example, type).toEqual(fields);
    }
    expect(() =>
      decode(row, sentOf(fields), typeof id === "number" ? String(id) : undefined, builtinTypes),
    ).not.toThrow();
  });

  test("is answered with an example that the document allows and the client reads whole", () => {
    const content = one.responses[200]!.content as Record<string, { schema: Json; example: unknown }>;
    if (row.stream) {
      const { example } = content["text/event-stream"] as { example: string };
      const events = [...example.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, type, data]) => ({
        type,
        ...(JSON.parse(data as string) as Json),
      }));
      expect(events.map((event) => row.output.parse(event))).toEqual(events);
      return expect(events).toHaveLength(3);
    }
    const { schema, example } = content["application/json"]!;
    expect(row.output.parse(example)).toEqual(example);
    expect(example).toEqual(exampleResponse({ name, row }, schema, schemas));
  });

  test("lists every code under its status, each with an example that the document allows", () => {
    for (const [status, sent] of Object.entries(one.responses).filter(([status]) => status !== "200")) {
      const media = (resolved(sent).content as Json)["application/json"] as {
        schema: { allOf: Json[] };
        examples: Json;
      };
      const listed = ((media.schema.allOf[1]!.properties as Json).code as { enum: (keyof typeof codes)[] })
        .enum;
      for (const code of listed) {
        if (!["408", "417", "431"].includes(status)) expect(codes[code]).toBe(Number(status));
        expect(media.examples[code]).toMatchObject({ value: { code } });
      }
    }
    for (const code of row.errors)
      expect(JSON.stringify(resolved(one.responses[codes[code]]!))).toContain(`"${code}"`);
  });

  test("names the headers that count", () => {
    const headers = (one.parameters ?? []).map(resolved).filter((parameter) => parameter.in === "header");
    const answered = Object.keys(one.responses[200]?.headers as Json);
    expect(headers.some((parameter) => parameter.name === "If-Match")).toBe(row.ifMatch === true);
    expect(answered.includes("ETag")).toBe(row.etag === true);
    expect(headers.some((parameter) => parameter.name === "Idempotency-Key")).toBe(
      answered.includes("Idempotency-Replayed"),
    );
  });
});

describe("the shapes of customers", () => {
  test("let custom fields through, typed, and nothing else unnamed", () => {
    const customer = schemas.Customer!;
    expect(customer.patternProperties).toEqual({
      "^custom_": { type: ["string", "number", "boolean"], description: expect.any(String) },
    });
    expect(JSON.stringify(schemas.CustomerList)).toContain("#/components/schemas/Customer");
    expect(documents(customer, "custom_tier")).toBe(true);
    expect(documents(customer, "surprise")).toBe(false);
  });

  test("take channels one by one and in pairs", () => {
    const input = schemas.CustomerUpdateInput!;
    expect((input.properties as Record<string, Json>).extra_telephone!.pattern).toBe("^\\+[0-9]+$");
    expect(documents(input, "customerChannelType_0")).toBe(true);
    expect(documents(input, "customerChannelValue_9999")).toBe(true);
    expect(documents(input, "customerChannelValue_01")).toBe(false);
    expect(documents(input, "custom_tier")).toBe(true);
  });

  test("are spelled as each operation spells them, with the other spellings named", () => {
    const input = schemas.CustomerUpdateAnyInput!;
    const { primaryID } = input.properties as Record<string, Json>;
    expect(primaryID?.description).toContain("Also accepted as `primary_id`, `externalPrimaryID`");
    expect(documents(input, "primary_id")).toBe(false);
  });

  test("come in three encodings", () => {
    expect(Object.keys(operationOf("customer.resolve").requestBody?.content ?? {}).sort()).toEqual([
      "application/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
    ]);
  });
});
