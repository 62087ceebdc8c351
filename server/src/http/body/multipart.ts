/** `multipart/form-data`, by busboy, from memory: no part ever becomes a file. */
import { isUtf8 } from "node:buffer";
import { Busboy } from "@fastify/busboy";
import { DossierError } from "@dossier/api";
import type { Entry } from "./body.ts";

const limits = {
  fieldSize: 64 * 1024 + 1,
  fields: 201,
  files: 1,
  fileSize: 1,
  parts: 202,
  headerPairs: 20,
};

/** Reads the fields of a multipart body. */
export function readMultipart(body: Buffer, contentType: string): Promise<Entry[]> {
  const valid = isUtf8(body);
  const foreign = foreignNames(body, contentType);
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    const busboy = open(contentType);
    const fail = () =>
      reject(
        new DossierError(
          "invalid_request",
          "The multipart body cannot be read: it ends early or is malformed.",
        ),
      );
    busboy.on("field", (name: string | undefined, value: string, _nameCut: boolean, valueCut: boolean) => {
      if (name !== undefined) entries.push(entryOf(name, value, valueCut, valid, foreign.has(name)));
    });
    for (const limit of ["partsLimit", "fieldsLimit"] as const)
      busboy.on(limit, () => reject(new DossierError("invalid_request", "The request has over 200 fields.")));
    busboy.on("file", (name: string | undefined, stream: NodeJS.ReadableStream) => {
      stream.on("error", fail); // a body that ends inside the part; unheard, it would end the process
      stream.resume();
      entries.push({
        name: name ?? "",
        value: "",
        list: false,
        fault: "is a file: send it as a plain field",
      });
    });
    busboy.on("error", fail);
    busboy.on("finish", () => resolve(entries));
    busboy.end(body);
  });
}

function open(contentType: string): InstanceType<typeof Busboy> {
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits });
  } catch {
    throw new DossierError("invalid_request", "The multipart body has no boundary in its Content-Type.");
  }
}

/** The names of the parts that claim another charset than UTF-8, which busboy would decode by it. */
function foreignNames(body: Buffer, contentType: string): Set<string> {
  const names = new Set<string>();
  const boundary = /boundary="?([^";]+)/i.exec(contentType)?.[1] ?? "";
  const marker = `--${boundary.trim()}\r\n`;
  let at = body.indexOf(marker);
  for (let part = 0; at >= 0 && part < limits.parts; part += 1) {
    const begin = at + marker.length;
    const [head = ""] = body
      .subarray(begin, begin + 2048)
      .toString("latin1")
      .split("\r\n\r\n", 1);
    const charset = /;\s*charset="?([^";\s]+)/i.exec(head)?.[1] ?? "utf-8";
    const name = /\bname="([^"]*)"/i.exec(head)?.[1] ?? "";
    if (!/^utf-?8$/i.test(charset)) names.add(Buffer.from(name, "latin1").toString("utf8"));
    at = body.indexOf(marker, begin);
  }
  return names;
}

/** Where not all is UTF-8, a replacement character is what busboy made of what is not. */
function entryOf(written: string, value: string, valueCut: boolean, valid: boolean, foreign: boolean): Entry {
  const list = written.endsWith("[]");
  const entry: Entry = { name: list ? written.slice(0, -2) : written, value, list };
  if (valueCut) entry.fault = "is over 64 KiB";
  else if (foreign || (!valid && `${written}${value}`.includes("\uFFFD"))) entry.fault = "is not valid UTF-8";
  return entry;
}
