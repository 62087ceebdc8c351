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
      if (name !== undefined) entries.push(entryOf(name, value, valueCut, body));
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

/** A text that was read as it was sent stands in the body as UTF-8, whatever charset its part claims. */
function entryOf(written: string, value: string, valueCut: boolean, body: Buffer): Entry {
  const list = written.endsWith("[]");
  const entry: Entry = { name: list ? written.slice(0, -2) : written, value, list };
  if (valueCut) entry.fault = "is over 64 KiB";
  else if (
    (value.includes("\uFFFD") && !isUtf8(body)) ||
    !body.includes(value) ||
    (written.includes("\uFFFD") && !body.includes(written))
  )
    entry.fault = "is not valid UTF-8";
  return entry;
}
