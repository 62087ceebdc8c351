// `npm run errors-page`: generates docs/errors.md from the codes (api/src/error.ts) and their texts (`codeTexts` in
// api/src/openapi/text.ts), which the OpenAPI document also uses. `npm run check` compares.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** The path of the page. */
export const errorsPath = join(root, "docs", "errors.md");

const opening = `# Errors

For authors of programs that call Dossier, and for readers of their errors. Every answer that is not a success has one form
and a \`code\` from a closed list. Programs go by \`code\`; \`message\` is for people and may get better words.

| field        | what it holds                                                                              |
| ------------ | ------------------------------------------------------------------------------------------ |
| \`code\`       | one of the codes below                                                                     |
| \`message\`    | what is wrong, with what, and what to do                                                   |
| \`errors\`     | every field that is wrong, in your own spelling; left out when no field is to blame        |
| \`conflict\`   | \`customer_id\`: who has what you wanted; left out otherwise                                 |
| \`request_id\` | the name of this request in the log; also in the header \`X-Request-Id\`                     |
| \`status\`     | always \`error\`, as the original API had it; so is \`type\`                                   |

Failures are looked for in this order, and the first one answers: path, method, key, rate, permission, body, fields (all
faults together), what the fields name, what needs the brand's settings, \`If-Match\`, conflicts.

**Try again or not?** The same request may succeed later after 429 and 503 (wait as long as \`Retry-After\` says) and
after an \`idempotency_conflict\` whose first call still ran. After any other code it fails again until something is
changed. A POST that is tried again should carry an \`Idempotency-Key\`: [see the cookbook](cookbook.md#an-import).
`;

const closing = `## What no code is for

A connection that is refused or cut, a time-out of your own, and an answer of a proxy in between have no envelope. The
TypeScript client throws a \`DossierError\` for each: \`network_failed\` and \`timed_out\` for the first two; for an answer
that is not ours \`unavailable\`, \`rate_limited\` or \`internal\`, by its status, which is in \`foreignStatus\`. A request that takes more than 30 seconds to arrive is 408 with the code \`invalid_request\`.
`;

/** Generates the page from the current sources. */
export async function errorsPage() {
  const { codes, codeTexts } = await loadApi();
  const list = Object.entries(codes);
  const rows = list.map(
    ([code, status]) => `| ${status} | [\`${code}\`](#${code}) | ${codeTexts[code].means} |`,
  );
  const table = ["| status | code | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  const sections = list.map(([code, status]) => section(code, status, codeTexts[code]));
  const parts = [opening, `## All of them\n\n${table}\n`, ...sections, closing];
  return `<!-- Written by npm run errors-page; the texts are in api/src/openapi/text.ts. -->\n\n${parts.join("\n")}`;
}

function section(code, status, text) {
  const example = exampleOf(code, text);
  return `## ${code}\n\n**${status}** · ${text.means}.\n\n${text.why}\n\n**What to do:** ${text.do}\n\n\`\`\`json\n${example}\n\`\`\`\n`;
}

const put = (sentence) => sentence.replace("{about}", "customer").replace("{field}", "brand_id");

/** A sample response, with the fields that matter. */
function exampleOf(code, { says, errors, conflict }) {
  const faults = errors?.map((fault) => ({ ...fault, field: put(fault.field) }));
  const told = {
    message: put(says),
    errors: faults,
    conflict,
    request_id: "0f8f3c52-7c1e-4b27-9d5f-3f1f0a4c9e21",
  };
  const lines = Object.entries(told)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  "${name}": ${JSON.stringify(value).replace(/([:,])(?=["\d])/g, "$1 ")}`);
  return `{\n  "type": "error", "status": "error", "code": "${code}",\n${lines.join(",\n")}\n}`;
}

/** The public exports of the package `api`, bundled, because Node 20 reads no TypeScript. */
async function loadApi() {
  const file = join(root, ".cache", "api.mjs");
  const build = await rolldown({ input: join(root, "api", "src", "index.ts"), cwd: root, platform: "node" });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, output[0].code);
  return import(pathToFileURL(file).href);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(errorsPath, await errorsPage());
