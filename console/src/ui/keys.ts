/**
 * Keyboard map. Keys never fire in a field or over an open dialog, and single letters not when they are switched off; keys
 * with a modifier always do. A link or a button that has the focus keeps its Enter, a region that scrolls its arrows. The
 * newest handler of a key wins, so a part may take a key from its page.
 */
import { useEffect } from "react";
import { readPreference } from "./preferences.ts";

/** Handlers by key: `n`, `/`, `ctrl+k`, `alt+n`, `g c` (one after the other). */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const maps: KeyMap[] = [];
let prefix: { key: string; at: number } | undefined;

function find(name: string) {
  return maps.findLast((map) => name in map)?.[name];
}

const isField = (target: HTMLElement) =>
  target.isContentEditable || target.matches("input, textarea, select, [role=menu] *");
const pressed = "a, button, summary";

/** Whether what has the focus takes a key for itself. */
const keeps = (target: EventTarget | null, key: string) =>
  target instanceof HTMLElement &&
  (isField(target) ||
    (key === "Enter" && target.matches(pressed)) ||
    (/^(Arrow|Home|End)/.test(key) && target.matches("[role=region]")));

/** Takes the focus off a link or a button, so that Enter opens what a key has marked. */
export function letGo(): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement.matches(pressed)) activeElement.blur();
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `ctrl+${key}`;
  // a letter with Alt is another sign on some keyboards: the place of the key decides
  if (event.altKey) return `alt+${/^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : key}`;
  return key;
}

function hear(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  const isLetter = name.length === 1;
  if (isLetter && readPreference("keys") === "off") return;
  if (!name.includes("+") && (keeps(event.target, name) || document.querySelector("[role=dialog]"))) return;
  const isSecond = prefix && performance.now() - prefix.at < 1500;
  const run = (isSecond ? find(`${prefix?.key} ${name}`) : undefined) ?? find(name);
  prefix =
    isLetter && maps.some((map) => Object.keys(map).some((one) => one.startsWith(`${name} `)))
      ? { key: name, at: performance.now() }
      : undefined;
  if (!run) return;
  event.preventDefault();
  run(event);
}

/** Starts to listen; once, when the page starts. */
export function listenForKeys(): void {
  document.addEventListener("keydown", hear);
}

/** Handles keys while the component is there. */
export function useKeys(map: KeyMap): void {
  useEffect(() => {
    maps.push(map);
    return () => {
      maps.splice(maps.indexOf(map), 1);
    };
  }, [map]);
}
