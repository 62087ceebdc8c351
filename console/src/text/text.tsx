/** Language of the page: chosen in the settings, else the browser's; kept in this browser. Other languages load on use. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { readPreference, writePreference } from "../ui/preferences.ts";
import { en, type Text } from "./en.ts";

export const languages = { en: "English", nl: "Nederlands" } as const;
export type Language = keyof typeof languages;

interface Speech {
  text: Text;
  language: Language;
  setLanguage(language: Language): void;
}

const context = createContext<Speech>({ text: en, language: "en", setLanguage: () => undefined });

/** The texts of the page. */
export const useText = (): Text => useContext(context).text;

/** The language of the page, and how to change it. */
export const useLanguage = () => useContext(context);

const isLanguage = (name: string | null | undefined): name is Language => name === "en" || name === "nl";

function preferred(): Language {
  const kept = readPreference("language");
  if (isLanguage(kept)) return kept;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return wanted ?? "en";
}

export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(preferred);
  const [text, setText] = useState<Text>(en);
  useEffect(() => {
    let isCurrent = true;
    const use = (next: Text) => {
      if (!isCurrent) return;
      document.documentElement.lang = language;
      setText(next);
    };
    if (language === "nl") void import("./nl.ts").then(({ nl }) => use(nl));
    else use(en);
    return () => {
      isCurrent = false;
    };
  }, [language]);
  const speech = useMemo(
    () => ({
      text,
      language,
      setLanguage: (next: Language) => {
        writePreference("language", next);
        setLanguage(next);
      },
    }),
    [text, language],
  );
  return <context.Provider value={speech}>{children}</context.Provider>;
}
