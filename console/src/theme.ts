/** The theme, applied before the first paint: a script of its own, which blocks it. */
import { applyTheme, readTheme } from "./ui/preferences.ts";

applyTheme(readTheme());
