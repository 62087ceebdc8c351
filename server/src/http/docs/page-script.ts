/**
 * Script of the documentation's pages: copy buttons; whose key `$API_KEY` would be; the table of contents is closed where
 * it would fill the screen.
 */
export const pageScript = `import { reach, session } from "/docs/session.js";

for (const pre of document.querySelectorAll("pre")) {
  const frame = document.createElement("div");
  frame.className = "code";
  const button = Object.assign(document.createElement("button"), { className: "copy", type: "button", textContent: "Copy" });
  button.addEventListener("click", async () => {
    button.textContent = await copy(pre).then(() => "Copied", () => "Not copied");
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  pre.replaceWith(frame);
  frame.append(pre, button);
}

async function copy(pre) {
  const text = pre.textContent;
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(pre);
  if (!document.execCommand("copy")) throw new Error("the browser refuses");
}

const first = [...document.querySelectorAll(".code")].find((one) => one.textContent.includes("$API_KEY"));
if (first)
  session.then((item) => {
    if (!item) return;
    const note = Object.assign(document.createElement("p"), { className: "aside-key" });
    const name = Object.assign(document.createElement("b"), { textContent: item.name });
    note.append("You are signed in with the key ", name, " (" + reach(item) + "). ",
      "In commands it is $API_KEY: Dossier keeps no text of it, so put it into your shell yourself.");
    first.before(note);
  });

if (matchMedia("(max-width: 720px)").matches) document.querySelector(".contents details")?.removeAttribute("open");
`;
