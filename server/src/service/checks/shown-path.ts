/** Paths as a report shows them: those below the home folder lose its name, which can be a person's. */
import { homedir } from "node:os";

export function withoutHome(text: string): string {
  const home = homedir();
  return home.length > 1 ? text.replaceAll(home, "~") : text;
}
