/**
 * The session in the browser: pages know that there is one by a mark in their storage, so that nobody else is asked for a
 * key, and read its key's name and permissions from the server. The text of the key is nowhere: the server keeps its
 * hash, and the cookie cannot be read by scripts.
 */
import { basePath } from "@dossier/api";

/** A module: `session`, what the server says of it, or undefined; `signIn` and `signOut`. */
export const sessionScript = `const mark = "dossier-session";
const address = "${basePath}/session";
const shown = document.querySelector(".masthead .key");

export let session = localStorage.getItem(mark) ? read() : Promise.resolve(undefined);
session.then(show);

async function read() {
  const answer = await fetch(address).catch(() => undefined);
  if (answer?.ok) return (await answer.json()).item;
  if (answer?.status === 401) localStorage.removeItem(mark);
  return undefined;
}

/** Exchanges a key for the cookie of a session; resolves to the message of an error. */
export async function signIn(key) {
  const answer = await fetch(address, { method: "POST", headers: { apiKey: key } });
  if (!answer.ok) return (await answer.json()).message;
  localStorage.setItem(mark, "open");
  session = read();
  show(await session);
}

export async function signOut() {
  await fetch(address, { method: "DELETE" });
  localStorage.removeItem(mark);
  session = Promise.resolve(undefined);
  show(undefined);
}

/** Which permissions and brands a key has, in words. */
export function reach({ permissions, brand_ids: brands }) {
  const seen = brands === null ? "all brands" : brands.length === 1 ? "brand " + brands[0] : "brands " + brands.join(", ");
  return permissions.join(", ") + "; " + seen;
}

function show(item) {
  shown.hidden = !item;
  shown.textContent = item ? "Signed in: " + item.name : "";
  shown.title = item ? reach(item) : "";
}
`;
