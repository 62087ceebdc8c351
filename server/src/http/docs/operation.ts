/**
 * Operations of the OpenAPI document as HTML: what each does and takes, a form that sends it, and its responses. The form
 * works through explorer-script.ts; without a script the page can be read.
 */
import { renderCode } from "./highlight.ts";
import { escapeHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";

/** The parts of the document that the explorer shows. */
export interface Document {
  info: { description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

/** An operation of the document. */
export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: (Parameter | Reference)[];
  requestBody?: { content: Record<string, { schema: Schema | Reference; example?: unknown }> };
  responses: Record<string, Response | Reference>;
}

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: unknown;
}

interface Response {
  description: string;
  content?: Record<string, { example?: unknown }>;
}

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema & { description?: string }>;
  required?: string[];
}

interface Reference {
  $ref: string;
}

/** An operation with its place in the document. */
export interface Placed {
  method: string;
  path: string;
  operation: Operation;
}

/** An operation, closed; its id is its address. */
export function renderOperation(document: Document, { method, path, operation }: Placed): string {
  const { operationId: id, summary, description = "", responses } = operation;
  return `<details class="operation" id="${id}">
<summary><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code> <span class="what">${escapeHtml(summary)}</span></summary>
<div class="inside">
${renderText(description)}
<p class="link"><a href="#${id}">Link to this operation</a></p>
${renderForm(document, { method, path, operation })}
<h3>Responses</h3>
<dl class="responses">
${Object.entries(responses)
  .map(([status, response]) => renderResponse(status, resolve<Response>(document, response)))
  .join("")}</dl>
</div>
</details>
`;
}

function renderForm(document: Document, { method, path, operation }: Placed): string {
  const { operationId: id, parameters = [], requestBody } = operation;
  const fields = parameters
    .map((one) => resolve<Parameter>(document, one))
    .map((one) => renderParameter(id, one));
  const media = requestBody?.content["application/json"];
  return `<form data-method="${method.toUpperCase()}" data-path="${escapeHtml(path)}" data-operation="${id}">
${fields.length > 0 ? `<div class="fields">\n${fields.join("")}</div>\n` : ""}${media ? renderBody(document, id, media) : ""}<p class="send"><button type="submit">Send</button> <span class="needs" role="status"></span></p>
<div class="command" hidden></div>
<div class="answer" hidden></div>
</form>`;
}

function renderParameter(
  operation: string,
  { name, in: place, required, description = "", schema, example }: Parameter,
): string {
  const id = `${operation}-${name}`;
  const sample = ["string", "number", "boolean"].includes(typeof example)
    ? `${example as string | number | boolean}`
    : "";
  const value =
    required === true ? ` value="${escapeHtml(sample)}" required` : ` placeholder="${escapeHtml(sample)}"`;
  return `<div class="field"><label for="${id}"><code>${escapeHtml(name)}</code> <small>${place}, ${typeOf(schema)}${required === true ? ", required" : ""}</small></label>
<input id="${id}" name="${escapeHtml(name)}" data-in="${place}" autocomplete="off" spellcheck="false" aria-describedby="${id}-about"${value}>
<div class="about" id="${id}-about">${renderText(description)}</div></div>
`;
}

function renderBody(
  document: Document,
  operation: string,
  media: { schema: Schema | Reference; example?: unknown },
): string {
  const { properties = {}, required = [] } = resolve<Schema>(document, media.schema);
  const text = JSON.stringify(media.example ?? {}, null, 2);
  const rows = Object.entries(properties).map(
    ([name, field]) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${typeOf(field)}${required.includes(name) ? ", required" : ""}</td><td>${renderText(field.description ?? "")}</td></tr>`,
  );
  const table = `<details class="more"><summary>Fields of the body</summary><div class="table" tabindex="0" role="group" aria-label="Fields of the body"><table><thead><tr><th scope="col">field</th><th scope="col">type</th><th scope="col">meaning</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div></details>
`;
  return `<div class="field"><label for="${operation}-body">Body <small>JSON; forms are accepted too</small></label>
<textarea id="${operation}-body" name="body" rows="${text.split("\n").length}" spellcheck="false">${escapeHtml(text)}</textarea></div>
${rows.length > 0 ? table : ""}`;
}

function renderResponse(status: string, { description, content }: Response): string {
  const example = content?.["application/json"]?.example;
  const code =
    example !== undefined && status < "300" ? renderCode(JSON.stringify(example, null, 2), "json") : "";
  return `<dt>${status}</dt><dd>${renderText(description)}${code}</dd>\n`;
}

function renderText(text: string): string {
  return text === "" ? "" : renderMarkdown(text, (href) => href).html;
}

/** A type in words. */
function typeOf({ type, enum: words }: Schema = {}): string {
  if (words) return words.map((word) => `<code>${escapeHtml(String(word))}</code>`).join(" or ");
  return [type ?? "any"]
    .flat()
    .filter((one) => one !== "null")
    .join(" or ");
}

function resolve<T>(document: Document, value: T | Reference): T {
  if (typeof value !== "object" || value === null || !("$ref" in value)) return value;
  const [, , kind = "", name = ""] = value.$ref.split("/");
  return document.components[kind]?.[name] as T;
}
