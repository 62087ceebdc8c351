/**
 * Preferences of this browser: theme, language, whether single letters are keys. Invariant: nothing else is ever stored,
 * so no storage holds a word of a customer.
 */
const names = { theme: "dossier-theme", language: "dossier-language", keys: "dossier-keys" } as const;

export type Preference = keyof typeof names;

export function readPreference(name: Preference): string | undefined {
  try {
    return localStorage.getItem(names[name]) ?? undefined;
  } catch {
    return undefined; // storage can be switched off
  }
}

export function writePreference(name: Preference, value: string): void {
  try {
    localStorage.setItem(names[name], value);
  } catch {
    // the choice holds for this page
  }
}

export type Theme = "light" | "dark" | "system";

export const readTheme = (): Theme => {
  const kept = readPreference("theme");
  return kept === "light" || kept === "dark" ? kept : "system";
};

/** Applies a theme to the page, and keeps it. */
export function keepTheme(theme: Theme): void {
  writePreference("theme", theme);
  applyTheme(theme);
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
