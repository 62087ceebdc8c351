// The document is judged by an independent validator, by the table it is made from, and by its own examples: requests
// must pass the real decoder, answers the real output schemas, and both the JSON Schema the document gives for them.
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { exampleAnswer, exampleInput } from "../../src/openapi/examples.ts";
import { basePath, builtinTypes, codes, decode, openapi, rows, type Sent } from "../../src/index.ts";

type Json = Record<string, unknown>;
interface Operation {
  operationId: string;
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

function resolved(node: Json): Json {
  if (typeof node.$ref !== "string") return node;
  const found = node.$ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Json)[key], document) as Json | undefined;
  if (!found) throw new Error(`${node.$ref} points nowhere`);
  return found;
}

const typeTests: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** What of a value a schema refuses: as much of JSON Schema as the document uses, and no keyword it does not know. */
function faults(sent: Json, value: unknown, at = "$"): string[] {
  const schema = resolved(sent);
  const all = (schema.allOf ?? []) as Json[];
  const any = (schema.anyOf ?? []) as Json[];
  const known =
    /^(type|const|enum|pattern|format|m(in|ax)(imum|Length|Items|Properties)|description|properties|required|patternProperties|additionalProperties|items|allOf|anyOf)$/;
  const found = Object.keys(schema)
    .filter((key) => !known.test(key))
    .map((key) => `${at}: unknown keyword ${key}`);
  const types = schema.type === undefined ? [] : [schema.type].flat().map(String);
  if (types.length > 0 && !types.some((type) => typeTests[type]?.(value)))
    found.push(`${at} is no ${types.join(", ")}`);
  if ("const" in schema && value !== schema.const) found.push(`${at} is not ${String(schema.const)}`);
  if (schema.enum && !(schema.enum as unknown[]).includes(value)) found.push(`${at} is none of the enum`);
  if (any.length > 0 && !any.some((one) => faults(one, value, at).length === 0))
    found.push(`${at} fits none of anyOf`);
  return [...found, ...all.flatMap((one) => faults(one, value, at)), ...faultsInside(schema, value, at)];
}

function faultsInside(schema: Json, value: unknown, at: string): string[] {
  if (typeof value === "string") return textFaults(schema, value, at);
  if (typeof value === "number")
    return value < ((schema.minimum as number | undefined) ?? -Infinity) ||
      value > ((schema.maximum as number | undefined) ?? Infinity)
      ? [`${at} is out of bounds`]
      : [];
  if (Array.isArray(value))
    return value.flatMap((one, index) => faults((schema.items ?? {}) as Json, one, `${at}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  const missing = ((schema.required ?? []) as string[])
    .filter((name) => !(name in value))
    .map((name) => `${at}.${name} is missing`);
  return [
    ...missing,
    ...Object.entries(value).flatMap(([name, one]) => faultsOfField(schema, name, one, at)),
  ];
}

function textFaults(schema: Json, value: string, at: string): string[] {
  const wrong: string[] = [];
  if (schema.pattern && !new RegExp(schema.pattern as string, "u").test(value))
    wrong.push(`${at} does not match`);
  if (schema.maxLength && [...value].length > (schema.maxLength as number)) wrong.push(`${at} is too long`);
  if ([...value].length < ((schema.minLength as number | undefined) ?? 0)) wrong.push(`${at} is too short`);
  if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) wrong.push(`${at} is no time`);
  return wrong;
}

function faultsOfField(schema: Json, name: string, value: unknown, at: string): string[] {
  const property = (schema.properties as Record<string, Json> | undefined)?.[name];
  if (property) return faults(property, value, `${at}.${name}`);
  const patterns = Object.entries((schema.patternProperties ?? {}) as Record<string, Json>);
  return patterns
    .filter(([pattern]) => new RegExp(pattern, "u").test(name))
    .flatMap(([, one]) => faults(one, value, `${at}.${name}`));
}

/** Every name that a schema documents, through references and parts. */
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

function sentOf(record: Json): Sent[] {
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

  test("has an operation id for every operation, each once", () => {
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
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
      (ours) => ours !== "channels" && ours !== "custom",
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
      expect(example, type).toEqual(fields);
      expect(faults(schema, example), type).toEqual([]);
    }
    for (const parameter of one.parameters ?? [])
      if ("example" in parameter) expect(faults(parameter.schema as Json, parameter.example)).toEqual([]);
    expect(() =>
      decode(row, sentOf(fields), typeof id === "number" ? String(id) : undefined, builtinTypes),
    ).not.toThrow();
  });

  test("is answered with an example that the document allows and the client reads whole", () => {
    const { schema, example } = (
      one.responses[200]!.content as Record<string, { schema: Json; example: unknown }>
    )["application/json"]!;
    expect(faults(schema, example)).toEqual([]);
    expect(row.output.parse(example)).toEqual(example);
    expect(example).toEqual(exampleAnswer({ name, row }, schema, schemas));
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
        expect(codes[code]).toBe(Number(status));
        expect(faults(media.schema, (media.examples[code] as Json).value)).toEqual([]);
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
