// Response comparison: whether a response that a page shows has the shape of the actual one. Keys and types are equal
// everywhere, lists have the same length, and fixed words are the same; numbers, times and names may differ.

const fixed = new Set(["type", "status", "code", "outcome", "message", "field"]);

/** The last line of an output that is JSON. */
export function lastAnswer(output) {
  for (const line of output.trimEnd().split("\n").toReversed()) {
    try {
      return JSON.parse(line);
    } catch {
      // not JSON
    }
  }
  return undefined;
}

/** The first difference, or undefined. */
export function differenceOf(shown, came, path = "the answer") {
  const [kindShown, kindCame] = [kindOf(shown), kindOf(came)];
  if (kindShown !== kindCame)
    return `${path}: ${kindShown} is shown, ${kindCame} came: ${JSON.stringify(came)}`;
  if (kindShown === "list") return differenceOfLists(shown, came, path);
  if (kindShown !== "object") return differenceOfWords(shown, came, path);
  const keys = [Object.keys(shown), Object.keys(came)].map((names) => names.sort().join(", "));
  if (keys[0] !== keys[1]) return `${path}: shown are ${keys[0]}; came ${keys[1]}`;
  return firstOf(Object.keys(shown), (key) => differenceOf(shown[key], came[key], `${path}.${key}`));
}

function differenceOfLists(shown, came, path) {
  if (shown.length !== came.length) return `${path}: ${shown.length} are shown, ${came.length} came`;
  return firstOf([...shown.keys()], (at) => differenceOf(shown[at], came[at], `${path}[${at}]`));
}

function differenceOfWords(shown, came, path) {
  if (typeof shown !== "string" || !fixed.has(path.split(".").at(-1))) return undefined;
  const [a, b] = [shown, came].map((text) => text.replace(/\d+/g, "0"));
  return a === b ? undefined : `${path}: "${shown}" is shown, "${came}" came`;
}

function firstOf(list, find) {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function kindOf(value) {
  if (Array.isArray(value)) return "list";
  return value === null ? "null" : typeof value;
}
