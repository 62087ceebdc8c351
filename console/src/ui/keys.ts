/**
 * Keyboard map. Single letters never fire in a field, with a modifier held, over an open dialog, or when they are
 * switched off; keys with a modifier always do. The newest handler of a key wins, so a part may take a key from its page.
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

const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input, textarea, select, [role=menu] *, [role=dialog] *"));

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
  if (isLetter && (isField(event.target) || readPreference("keys") === "off")) return;
  if (isLetter && document.querySelector("[role=dialog]")) return;
  if (!isLetter && !name.includes("+") && isField(event.target)) return;
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
