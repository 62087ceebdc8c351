// Doc comments: sentences laid out in lines of at most 110 characters, and the limits of a field in words.

const lineWidth = 110;

/** A doc comment of paragraphs and tags, indented; on one line if it fits. */
export function comment(parts, indent = "") {
  const paragraphs = parts.filter((part) => part !== undefined && part !== "");
  if (paragraphs.length === 0) throw new Error("a comment without a word");
  const [only = ""] = paragraphs;
  const line = `${indent}/** ${only} */`;
  if (paragraphs.length === 1 && !only.includes("\n") && line.length <= lineWidth) return line;
  const lines = paragraphs.flatMap((part, at) => [
    // tags follow each other without a blank line
    ...(at === 0 || (part.startsWith("@") && paragraphs[at - 1].startsWith("@")) ? [] : [""]),
    ...(part.startsWith("@example") ? part.split("\n") : wrap(part, lineWidth - indent.length - 3)),
  ]);
  return [`${indent}/**`, ...lines.map((text) => `${indent} * ${text}`.trimEnd()), `${indent} */`].join("\n");
}

function wrap(text, width) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Sentences, each with its full stop. */
export function sentences(...parts) {
  return parts
    .filter((part) => part !== undefined && part !== "")
    .map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`))
    .map((part) => (part.startsWith("null:") ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join(" ");
}

const maxIdentifier = 999_999_999_999_999;
const number = (value) => value.toLocaleString("en-US");

/** The limits of a field of a request, as far as its type does not say them. */
export function limitsOf(json, clears) {
  const { maxLength, minLength, minimum, maximum, minItems, maxProperties, format } = json;
  return [
    maxLength === undefined
      ? undefined
      : `${minLength ? `${minLength} to ` : "at most "}${number(maxLength)} characters`,
    integerRange(minimum, maximum),
    minItems ? `at least ${minItems}` : undefined,
    maxProperties === undefined ? undefined : `at most ${number(maxProperties)} names`,
    format === "date-time" ? "a `Date`, or RFC 3339 with the distance from UTC" : undefined,
    clears && json.type === "string" ? "empty text clears it" : undefined,
  ]
    .filter(Boolean)
    .join("; ");
}

function integerRange(minimum, maximum) {
  if (minimum === undefined || (maximum === maxIdentifier && minimum <= 1)) return undefined;
  return maximum === undefined ? `${number(minimum)} or more` : `${number(minimum)} to ${number(maximum)}`;
}

/** An example in words, if the text does not have it. */
export function inWords(example, text = "") {
  if (example === undefined || example === null || typeof example === "object") return undefined;
  const word = `\`${String(example)}\``;
  return text.includes(word) ? undefined : `for example ${word}`;
}
