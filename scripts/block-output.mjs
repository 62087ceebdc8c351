// Output comparison: whether a command printed what its page shows. Everything is compared, word for word and in its
// order; only the layout of JSON is free. What differs from run to run is shown as `…`, which stands for
//
//   in a line or a JSON string   any characters; alone in a string, the whole string
//   as a line of text            any number of lines
//   as a JSON value              any value (`"id": …`)
//   as a member or element       any further members, or elements to the end of the list (`{ "type": "list", … }`)

const ellipsis = "…";
const anyValue = "\0value";
const furtherMembers = "\0further";
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:…]|[^\s"{}[\],:…]+/g;

/**
 * The differences as a text of lines with `-` (shown) and `+` (came), or undefined.
 *
 * @param kind "json", "text", or undefined for a command that must print nothing
 */
export function differenceOf(kind, shown, came) {
  if (kind === undefined) return came === "" ? undefined : `nothing is shown; it printed\n${came}`;
  return kind === "json" ? differenceOfJson(shown, came) : differenceOfLines(shown, came);
}

function differenceOfJson(shown, came) {
  let responses;
  try {
    responses = readDocuments(came);
  } catch {
    return `JSON is shown; it printed\n${came}`;
  }
  const found = [];
  compareLists(readDocuments(shown), responses, "", found);
  if (found.length === 0) return undefined;
  return `${found.join("\n")}\nof\n${responses.map((one) => JSON.stringify(one, null, 2)).join("\n")}`;
}

/** The JSON documents of a text, one after the other, with what `…` stands for as words that JSON can hold. */
function readDocuments(text) {
  const documents = [];
  let depth = 0;
  let document = "";
  let before = "";
  for (const [index, [token]] of [...text.matchAll(tokens)].entries()) {
    if (/[{[]/.test(token)) depth += 1;
    if (/[}\]]/.test(token)) depth -= 1;
    if (token !== ellipsis) document += token;
    else if (before === ":" || depth === 0) document += JSON.stringify(anyValue);
    else document += JSON.stringify(furtherMembers + index);
    // A member needs a value, which says here that it stands for others.
    if (token === ellipsis && before !== ":" && isInObject(document)) document += ":0";
    before = token;
    if (depth > 0) continue;
    documents.push(JSON.parse(document));
    document = "";
  }
  if (document !== "") throw new Error("the JSON is not complete");
  return documents;
}

/** Whether the innermost open bracket of a part of a document is that of an object. */
function isInObject(part) {
  const open = [];
  for (const [token] of part.matchAll(tokens))
    if (/[{[]/.test(token)) open.push(token);
    else if (/[}\]]/.test(token)) open.pop();
  return open.at(-1) === "{";
}

function compareValues(shown, came, path, found) {
  if (shown === anyValue) return;
  if (Array.isArray(shown) && Array.isArray(came)) compareLists(shown, came, path, found);
  else if (isObject(shown) && isObject(came)) compareObjects(shown, came, path, found);
  else if (typeof shown === "string" && typeof came === "string" && fits(shown, came)) return;
  else if (shown !== came) found.push(`${path || "the answer"}\n- ${print(shown)}\n+ ${print(came)}`);
}

function compareLists(shown, came, path, found) {
  const isOpen = String(shown.at(-1)).startsWith(furtherMembers);
  const expected = isOpen ? shown.slice(0, -1) : shown;
  for (const [at, value] of expected.entries()) {
    if (at < came.length) compareValues(value, came[at], `${path}[${at}]`, found);
    else found.push(`${path}[${at}]\n- ${print(value)}\n+ nothing`);
  }
  if (isOpen) return;
  for (const [at, value] of came.entries())
    if (at >= expected.length) found.push(`${path}[${at}]\n- nothing\n+ ${print(value)}`);
}

/** Members are compared in their order; further ones may stand where the page has `…`. */
function compareObjects(shown, came, path, found) {
  const names = Object.keys(came);
  let next = 0;
  let isOpen = false;
  for (const [name, value] of Object.entries(shown)) {
    if (name.startsWith(furtherMembers)) {
      isOpen = true;
      continue;
    }
    const at = names.indexOf(name, next);
    if (at < 0) {
      found.push(
        `${path}.${name}\n- ${print(value)}\n+ nothing${name in came ? " here: another order" : ""}`,
      );
      continue;
    }
    if (!isOpen) reportFurther(names.slice(next, at), came, path, found);
    compareValues(value, came[name], `${path}.${name}`, found);
    [next, isOpen] = [at + 1, false];
  }
  if (!isOpen) reportFurther(names.slice(next), came, path, found);
}

function reportFurther(names, came, path, found) {
  for (const name of names) found.push(`${path}.${name}\n- nothing\n+ ${print(came[name])}`);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** A value of a page in its own spelling. */
function print(value) {
  return JSON.stringify(value, (_, one) => (one === anyValue ? ellipsis : one));
}

/** Whether a line, or a text of a JSON document, is what a pattern with `…` shows. */
function fits(pattern, text) {
  const [begin, ...parts] = pattern.split(ellipsis);
  const end = parts.pop();
  if (end === undefined) return pattern === text;
  if (!text.startsWith(begin) || !text.endsWith(end) || text.length < begin.length + end.length) return false;
  // Each part in between where it comes first: what is left for the others is longest then.
  let at = begin.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - end.length;
}

/** The shortest edit from the lines shown to those that came; undefined if it changes nothing. */
function differenceOfLines(shown, came) {
  const [page, output] = [splitLines(shown), splitLines(came)];
  const costs = Array.from({ length: page.length + 1 }, () =>
    Array.from({ length: output.length + 1 }, () => 0),
  );
  const stepAt = (i, j) => {
    const isAnyLine = page[i]?.trim() === ellipsis;
    const steps = [];
    if (i < page.length && j < output.length && fits(page[i], output[j])) steps.push([0, 1, 1, " "]);
    if (i < page.length) steps.push([isAnyLine ? 0 : 1, 1, 0, isAnyLine ? "" : "-"]);
    if (j < output.length) steps.push([isAnyLine ? 0 : 1, 0, 1, isAnyLine ? " " : "+"]);
    return steps
      .map(([cost, down, right, sign]) => ({ cost: cost + costs[i + down][j + right], down, right, sign }))
      .reduce((best, step) => (step.cost < best.cost ? step : best));
  };
  for (let i = page.length; i >= 0; i -= 1)
    for (let j = output.length; j >= 0; j -= 1)
      if (i < page.length || j < output.length) costs[i][j] = stepAt(i, j).cost;
  if (costs[0][0] === 0) return undefined;
  const lines = [];
  for (let i = 0, j = 0; i < page.length || j < output.length; ) {
    const { down, right, sign } = stepAt(i, j);
    if (sign !== "") lines.push(`${sign} ${right && sign !== "-" ? output[j] : page[i]}`);
    i += down;
    j += right;
  }
  return lines.join("\n");
}

/** Lines without the blanks at their end, which a page cannot show. */
function splitLines(text) {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());
}
