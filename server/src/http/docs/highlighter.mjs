// highlight.js with the languages of the pages. This file is no TypeScript, because the types of highlight.js would add
// those of a browser to the whole program.
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import nginx from "highlight.js/lib/languages/nginx";
import php from "highlight.js/lib/languages/php";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";

for (const [name, language] of Object.entries({ bash, json, nginx, php, sql, typescript }))
  hljs.registerLanguage(name, language);

export function highlight(code, language) {
  if (!hljs.getLanguage(language)) return undefined;
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
