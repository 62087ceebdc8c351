/**
 * Keys: runs the act of the keymap that a key means where the person is. Single letters never act in a field, with a
 * modifier held, or when they are switched off; keys with a modifier do, but a field keeps its own undo. Behind a dialog or
 * a menu no key acts, a button or a link with the focus keeps its Enter, and a region that scrolls its arrows. The newest
 * handler of a key wins.
 */
import { useEffect } from "react";
import { useSession } from "../session/session.tsx";
import { type Act, keymap } from "./keymap.ts";
import { readPreference } from "./preferences.ts";

type Handler = (event: KeyboardEvent) => void;
export type Handlers = Partial<Record<Act, Handler>>;

const maps: ReadonlyMap<string, Handler>[] = [];
let prefix: { key: string; at: number } | undefined;

/** A second key counts for so long, in milliseconds. */
const secondMs = 1500;

function find(name: string): Handler | undefined {
  return maps.findLast((map) => map.has(name))?.get(name);
}

const isField = (target: HTMLElement) =>
  target.isContentEditable || target.matches("input, textarea, select");
/** The key by which a field takes back what was typed. */
const fieldUndo = "ctrl+z";
const pressable = "a, button, summary";

/** Whether what has the focus takes a key for itself. */
const keeps = (target: HTMLElement, key: string) =>
  key === "Enter"
    ? target.closest(pressable) !== null
    : /^(Arrow|Home|End)/.test(key) && target.matches("[role=region]");

/** Takes the focus off a link or a button, so that Enter opens what a key has marked. */
export function letGo(): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement.matches(pressable)) activeElement.blur();
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `ctrl+${key}`;
  // a letter with Alt is another sign on some keyboards: the place of the key decides
  if (event.altKey) return `alt+${/^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : key}`;
  return key;
}

function hear(event: KeyboardEvent): void {
  const { target } = event;
  if (event.defaultPrevented || event.isComposing || !(target instanceof HTMLElement)) return;
  const name = nameOf(event);
  const isLetter = name.length === 1;
  const isModified = event.ctrlKey || event.metaKey || event.altKey;
  if (isField(target) && name === fieldUndo) return;
  if (document.querySelector("[role=dialog], [role=menu]")) {
    // nor does the browser's own act of that key, such as to save the page
    if (isModified && find(name)) event.preventDefault();
    return;
  }
  if (isField(target) && name === "Escape") target.blur();
  if (!isModified && isField(target)) return;
  if (isLetter && readPreference("keys") === "off") return;
  if (keeps(target, event.key)) return;
  const isSecond = prefix && performance.now() - prefix.at < secondMs;
  const run = (isSecond ? find(`${prefix?.key} ${name}`) : undefined) ?? find(name);
  const isPrefix = isLetter && maps.some((map) => [...map.keys()].some((one) => one.startsWith(`${name} `)));
  prefix = isPrefix ? { key: name, at: performance.now() } : undefined;
  if (!run) return;
  event.preventDefault();
  run(event);
}

/** Starts to listen; once, when the page starts. */
export function listenForKeys(): void {
  document.addEventListener("keydown", hear);
}

/** Handles acts by their keys while the component is there; those that the key of the session may not do are left out. */
export function useKeys(handlers: Handlers): void {
  const permissions = useSession().session?.permissions;
  useEffect(() => {
    const map = new Map<string, Handler>();
    for (const [act, run] of Object.entries(handlers) as [Act, Handler][]) {
      const { keys, ...entry } = keymap[act];
      const needs = "needs" in entry ? entry.needs : [];
      if (needs.every((one) => permissions?.includes(one))) for (const key of keys) map.set(key, run);
    }
    maps.push(map);
    return () => {
      maps.splice(maps.indexOf(map), 1);
    };
  }, [handlers, permissions]);
}
