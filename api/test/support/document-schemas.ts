// Validator of the document's schemas: Ajv in strict mode, so that an unknown keyword or format is an error. A schema is
// named by its JSON Pointer in the document, and its references are followed there.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { default as formats } from "ajv-formats";

interface Settings {
  /** texts count as what they stand for, as in a query or a form; a single value counts as a list of one */
  fromText?: boolean;
}

/** The faults of a value under the schema at a pointer; with `fromText` the properties of the value are converted. */
export type SchemaFaults = (pointer: string, value: unknown) => string[];

/** Prepares the schemas of a document. */
export function documentSchemas(document: object, { fromText = false }: Settings = {}): SchemaFaults {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strictRequired: false, // a part of allOf requires what its sibling declares
    coerceTypes: fromText ? "array" : false,
  });
  formats.default(ajv);
  ajv.addVocabulary(Object.keys(document)); // the document itself counts as a schema without assertions
  ajv.addSchema(document, "document", undefined, false);
  const compiled = new Map<string, ValidateFunction>();
  return (pointer, value) => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message = "", params }) =>
      `${instancePath || "/"} ${message} ${JSON.stringify(params)}`.trim(),
    );
  };
}

/** The JSON Pointer of a place in the document, as the fragment of a URL. */
export function pointerTo(...segments: readonly (string | number)[]): string {
  const escaped = segments.map((segment) =>
    encodeURIComponent(String(segment).replaceAll("~", "~0").replaceAll("/", "~1")),
  );
  return `#${escaped.map((segment) => `/${segment}`).join("")}`;
}
