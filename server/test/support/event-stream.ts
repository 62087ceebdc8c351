// A reader of the stream of changes, as a browser or a program has one: it shows what has come so far, and the last id.
import { request } from "node:http";
import { poll } from "./embedded/harness.ts";

export interface StreamReader {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  /** the events that have come, as `type id`, or the type alone */
  told: string[];
  /** all text that has come */
  text: () => string;
  lastId: () => string | undefined;
  isEnded: () => boolean;
  /** waits until this was told */
  waitFor(event: string): Promise<void>;
  /** stops to read, or goes on */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens a stream; `headers` has the key or the cookie. */
export function openStream(url: string, headers: Record<string, string>, query = ""): Promise<StreamReader> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v2/changes${query}`, { headers, agent: false }, (answer) => {
      let text = "";
      let isEnded = false;
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
        reader.told.splice(0, Infinity, ...eventsIn(text).map(nameOf));
      });
      answer.on("close", () => (isEnded = true));
      answer.on("error", () => (isEnded = true));
      const reader: StreamReader = {
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        told: [],
        text: () => text,
        lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1],
        isEnded: () => isEnded,
        async waitFor(event) {
          await poll(() => reader.told.includes(event));
        },
        pause: () => void answer.pause(),
        resume: () => void answer.resume(),
        close: () => void sent.destroy(),
      };
      resolve(reader);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** The events of a text, as the client yields them. */
export function eventsIn(text: string): { type: string; id?: number }[] {
  return [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, type = "", data = ""]) => ({
    type,
    ...(JSON.parse(data) as { id?: number }),
  }));
}

const nameOf = ({ type, id }: { type: string; id?: number }) => (id === undefined ? type : `${type} ${id}`);
