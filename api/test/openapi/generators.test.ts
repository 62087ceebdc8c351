// What client generators need of the document: a description for every field, integers wide enough, one way to send the
// key, and maps where names are open. (The server's tests try a generated client.)
import { describe, expect, test } from "vitest";
import { basePath, openapi, rows } from "../../src/index.ts";

type Json = Record<string, unknown>;
interface Operation {
  parameters?: Json[];
  requestBody?: { content: Record<string, { schema: Json; encoding?: Json }> };
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

const document = openapi() as {
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
};
const { schemas } = document.components;

/** Every field of a schema with its path, parts and lists included. */
function* fieldsOf(place: string, node: Json): Generator<[string, Json]> {
  for (const [name, field] of Object.entries((node.properties ?? {}) as Record<string, Json>)) {
    yield [`${place}.${name}`, field];
    yield* fieldsOf(`${place}.${name}`, (field.items ?? field) as Json);
  }
  for (const part of (node.allOf ?? []) as Json[]) yield* fieldsOf(place, part);
}

const everyField = [
  ...Object.entries(schemas).flatMap(([name, schema]) => [...fieldsOf(name, schema)]),
  ...rows().flatMap(({ name, row }) => {
    const { responses } = document.paths[basePath + row.paths[0]]![row.method.toLowerCase()]!;
    return Object.entries(responses).flatMap(([status, { content }]) => [
      ...fieldsOf(`${name} ${status}`, content?.["application/json"]?.schema ?? {}),
    ]);
  }),
];

describe("a client written from the document", () => {
  test("reads a sentence for every field", () => {
    const silent = everyField.filter(([, field]) => !field.$ref && !field.description && !field.enum);
    expect(silent.map(([place]) => place)).toEqual([]);
  });

  test("finds integers wide enough for every identifier", () => {
    const narrow = everyField.filter(
      ([, field]) =>
        [field.type].flat().includes("integer") &&
        field.format !== "int64" &&
        !(typeof field.maximum === "number" && field.maximum < 2 ** 31) &&
        ![field.type].flat().includes("string"),
    );
    expect(narrow.map(([place]) => place)).toEqual([]);
  });

  test("is told every way to send the key, the header first and the address last", () => {
    expect(document.security).toEqual([
      { apiKey: [] },
      { bearer: [] },
      { authorization: [] },
      { session: [] },
      { apiKeyInQuery: [] },
    ]);
    expect(Object.keys(document.components.securitySchemes)).toEqual(
      document.security.flatMap((one) => Object.keys(one)),
    );
  });

  test("finds the fields of searches and deletions in both places, and required in neither", () => {
    const { parameters, requestBody } =
      document.paths[`${basePath}/customer/SearchByPrimaryExternalID`]!.post!;
    expect(parameters).toContainEqual(expect.objectContaining({ name: "primary_id", required: false }));
    expect(requestBody).toMatchObject({ required: false });
    expect(schemas.CustomerListByPrimaryIdInput).not.toHaveProperty("required");
    const deletion = document.paths[`${basePath}/customer/purgeData`]!.delete!;
    const inQuery = (deletion.parameters ?? []).filter((one) => one.in === "query").map((one) => one.name);
    expect(new Set(Object.keys(schemas.CustomerPurgeAnyInput!.properties as Json))).toEqual(new Set(inQuery));
    expect(deletion.requestBody?.content).toHaveProperty(["application/x-www-form-urlencoded"]);
  });

  test.each(["Customer", "CustomerUpdateInput", "CustomerResolveInput", "CustomerAddChannelsInput"])(
    "finds a map for open names in %s, beside the patterns that not everyone knows",
    (name) => {
      expect(schemas[name]).toMatchObject({
        patternProperties: expect.any(Object),
        additionalProperties: { type: expect.arrayContaining(["string", "number", "boolean"]) },
      });
    },
  );

  test("sees that a required text is not empty, and that lists repeat their name in forms", () => {
    expect((schemas.KeyCreateInput!.properties as Record<string, Json>).name).toMatchObject({ minLength: 1 });
    const { content } = document.paths[`${basePath}/apikey`]!.post!.requestBody!;
    for (const type of ["multipart/form-data", "application/x-www-form-urlencoded"])
      expect(content[type]!.encoding).toMatchObject({ permissions: { style: "form", explode: true } });
  });

  test("can tell a failure's codes apart by its status", () => {
    for (const { responses } of Object.values(document.paths).flatMap((item) => Object.values(item)))
      for (const { content } of Object.values(responses)) {
        const [, code] = (content?.["application/json"]?.schema.allOf ?? []) as Json[];
        if (code?.properties && "code" in (code.properties as Json)) expect(code.required).toEqual(["code"]);
      }
  });
});
