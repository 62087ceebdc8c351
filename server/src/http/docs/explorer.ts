/**
 * API explorer: a page, an icon and a script around Swagger UI. The script reads only /openapi.json, sends requests
 * only to this server, and keeps the key in memory.
 */

export const explorerPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Dossier · API explorer</title>
<link rel="icon" type="image/svg+xml" href="/docs/api/icon.svg">
<link rel="stylesheet" href="/docs/api/swagger-ui.css">
<link rel="stylesheet" href="/docs/api/style.css">
<script src="/docs/api/swagger-ui-bundle.js" defer></script>
<script src="/docs/api/init.js" defer></script>
</head>
<body>
<header class="masthead">
<div class="column">
<a class="mark" href="/docs/index"><img src="/docs/api/icon.svg" alt="" width="28" height="28">Dossier</a>
<span class="place">API explorer</span>
<a class="file" href="/docs/index">Documentation</a>
<a class="file" href="/openapi.json">openapi.json</a>
</div>
</header>
<main>
<section class="intro column">
<h1>Every operation of this installation, ready to be tried</h1>
<p>Press <b>Authorize</b> and paste an API key; then <b>Execute</b> sends real requests with it, to this server only.
The key stays in this page and is forgotten when you leave it.</p>
</section>
<div id="explorer"><noscript><p class="column">The explorer needs JavaScript. Without it, read
<a href="/openapi.json">openapi.json</a>.</p></noscript></div>
</main>
</body>
</html>
`;

/** The icon: a file with a face. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<path fill="#b4532a" d="M3 8a3 3 0 0 1 3-3h7l3 4h10a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3z"/>
<circle cx="16" cy="16" r="2.6" fill="#fff"/><path fill="#fff" d="M10.5 24c0-3.2 2.4-4.6 5.5-4.6s5.5 1.4 5.5 4.6z"/>
</svg>
`;

/**
 * Swagger UI has dark colours under a class; the system's setting decides, also when it changes. The dialog offers only
 * the header of the three ways to send a key, because three forms for one key confuse. Forms are filled from the
 * example and send nothing else: by default Swagger UI writes "string" into every field and also sends empty ones,
 * which clears names. The first tag is open; the others open on request or when a search finds something in them.
 */
export const explorerScript = `const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

async function load() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error("openapi.json: " + answer.status);
  const spec = await answer.json();
  const { apiKey } = spec.components.securitySchemes;
  apiKey.description = "Paste a key. It is sent in the header \`apiKey\`, to this server only, until you leave the page.";
  spec.components.securitySchemes = { apiKey };
  spec.security = [{ apiKey: [] }];
  spec.servers = [{ url: location.origin }];
  for (const item of Object.values(spec.paths))
    for (const { requestBody } of Object.values(item))
      for (const [type, media] of Object.entries(requestBody?.content ?? {}))
        if (type !== "application/json") fillForm(media, spec.components.schemas);
  return spec;
}

function fillForm(media, schemas) {
  const schema = structuredClone(schemas[media.schema.$ref.split("/").at(-1)]);
  for (const name of Object.keys(media.example)) schema.properties[name] ??= { type: "string" };
  for (const [name, field] of Object.entries(schema.properties))
    field.examples = [media.example[name] ?? (field.type === "array" ? [] : "")];
  media.schema = schema;
}

const tagged = (name) => ["operations-tag", name];

const ours = ({ React }) => ({
  fn: {
    opsFilter: (tags, phrase) => {
      const word = phrase.toLowerCase();
      const fits = (tag) => (one) =>
        [tag, one.get("path"), one.get("method"), one.getIn(["operation", "summary"], "")]
          .some((text) => text.toLowerCase().includes(word));
      return tags
        .map((details, tag) => details.update("operations", (all) => all.filter(fits(tag))))
        .filter((details) => details.get("operations").size > 0);
    },
  },
  statePlugins: {
    layout: {
      wrapActions: {
        updateFilter: (original, { layoutActions, specSelectors }) => (phrase) => {
          if (phrase) for (const name of specSelectors.taggedOperations().keys()) layoutActions.show(tagged(name), true);
          return original(phrase);
        },
      },
    },
  },
  wrapComponents: {
    InfoContainer: (Original) => (props) =>
      React.createElement("details", { className: "guide" },
        React.createElement("summary", null,
          React.createElement("b", null, "Before the first call"),
          React.createElement("span", null, "keys, requests, naming a customer, errors, paging, retries")),
        React.createElement(Original, props)),
    authorizeBtn: (Original) => (props) =>
      React.createElement("div", { className: "key-row" },
        React.createElement(Original, props),
        React.createElement("span", { className: "key-state", role: "status" },
          props.isAuthorized ? "Requests carry your key." : "No key yet: calls are answered with 401.")),
    Webhooks: (Original, { layoutSelectors }) => (props) => {
      const phrase = layoutSelectors.currentFilter();
      return typeof phrase === "string" && phrase !== "" ? null : React.createElement(Original, props);
    },
    ParameterIncludeEmpty: (Original) => (props) => {
      const isIncludedOptions = { ...props.isIncludedOptions, defaultValue: false };
      return React.createElement(Original, { ...props, isIncludedOptions });
    },
  },
});

function show(spec) {
  const [first] = spec.tags;
  const ui = SwaggerUIBundle({
    dom_id: "#explorer",
    spec,
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [ours],
    validatorUrl: null,
    tryItOutEnabled: true,
    deepLinking: true,
    filter: true,
    displayRequestDuration: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    onComplete: () => location.hash.length > 2 || ui.layoutActions.show(tagged(first.name), true),
  });
}

load().then(show, () => {
  const sorry = Object.assign(document.createElement("p"), { className: "column" });
  sorry.textContent = "The description of the API could not be loaded. Reload the page to try again.";
  document.querySelector("#explorer").replaceChildren(sorry);
});
`;
