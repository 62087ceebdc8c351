/** Progress of a backup or restore: one line on a terminal that is written over, nothing elsewhere. */
import { terminalWidth } from "../terminal.ts";

/** The line. */
export class ProgressLine {
  #isShown = false;
  #drawnAt = -Infinity;

  show(text: string): void {
    if (!process.stderr.isTTY) return;
    this.#isShown = true;
    this.#drawnAt = performance.now();
    process.stderr.write(`\r\u001b[K${text.slice(0, (terminalWidth(process.stderr) || 80) - 1)}`);
  }

  /** Shows how many rows of a table are done, at most ten times a second. */
  showRows(table: string, rows: number): void {
    if (performance.now() - this.#drawnAt >= 100) this.show(`${table}: ${rows.toLocaleString("en")} rows`);
  }

  clear(): void {
    if (this.#isShown) process.stderr.write("\r\u001b[K");
    this.#isShown = false;
  }
}

/** A size as people read it. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [size, at] = [bytes, 0];
  while (size >= 1000 && at < units.length - 1) [size, at] = [size / 1000, at + 1];
  return `${at === 0 ? size : size.toFixed(1)} ${units[at]}`;
}

/** How many rows in how many tables. */
export function formatRows(tables: readonly { rows: number }[]): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return `${rows.toLocaleString("en")} rows in ${tables.length} tables`;
}
