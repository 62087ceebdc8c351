/**
 * Form of the CRM lookup. Invariants: a pointer of the map is a field of the form, so two people can change two pointers;
 * headers are write-only and replaced whole, so their draft is either nothing or all of them.
 */
import type { Brand, BrandUpdateInput } from "@dossier/api";
import { api } from "../../../session/api.ts";
import { type Form, useForm } from "../../form.tsx";
import { useReadBrand } from "../brand-query.ts";

/** Our fields that a CRM's answer can fill, as a brand's map names them. */
export const ownFields = ["primary_id", "firstname", "lastname", "email", "telephone", "channels"] as const;
export type OwnField = (typeof ownFields)[number];

export interface Header {
  name: string;
  value: string;
}

export interface LookupValues {
  crmLookupUrl: string;
  /** null: those that are kept stay */
  crmHeaders: Header[] | null;
  crmWins: boolean;
  crmRefreshSeconds: number;
  [pointer: `at:${string}`]: string;
}

/** Fields with a pointer, and those that could have one. */
function valuesOf(brand: Brand, fields: readonly string[]): LookupValues {
  const map = brand.crmFieldMap ?? {};
  const pointers = [...new Set([...fields, ...Object.keys(map)])].map((field) => [
    `at:${field}`,
    map[field] ?? "",
  ]);
  return {
    ...(Object.fromEntries(pointers) as Record<`at:${string}`, string>),
    crmLookupUrl: brand.crmLookupUrl ?? "",
    crmHeaders: null,
    crmWins: brand.crmWins ?? false,
    crmRefreshSeconds: brand.crmRefreshSeconds ?? 0,
  };
}

function inputOf(changes: Partial<LookupValues>, now: LookupValues): Omit<BrandUpdateInput, "id"> {
  const { crmHeaders, crmLookupUrl, crmWins, crmRefreshSeconds, ...pointers } = changes;
  const all = { ...now, ...pointers };
  const map = Object.entries(all).flatMap(([name, pointer]) =>
    name.startsWith("at:") && typeof pointer === "string" && pointer.trim() !== ""
      ? [[name.slice("at:".length), pointer.trim()] as const]
      : [],
  );
  return {
    ...(crmLookupUrl === undefined ? {} : { crmLookupUrl: crmLookupUrl.trim() }),
    ...(crmHeaders
      ? { crmHeaders: Object.fromEntries(crmHeaders.map(({ name, value }) => [name.trim(), value])) }
      : {}),
    ...(crmWins === undefined ? {} : { crmWins }),
    ...(crmRefreshSeconds === undefined ? {} : { crmRefreshSeconds }),
    ...(Object.keys(pointers).length > 0 ? { crmFieldMap: Object.fromEntries(map) } : {}),
  };
}

/** `fields`: the names of the brand's custom fields on the wire, `custom_…`. */
export function useLookupForm(brand: Brand, fields: readonly string[]): Form<LookupValues> {
  const readBrand = useReadBrand(brand.id);
  const all = [...ownFields, ...fields];
  return useForm<LookupValues>({
    saved: valuesOf(brand, all),
    read: async () => valuesOf(await readBrand(), all),
    write: (changes, now) => api.brand.update({ id: brand.id, ...inputOf(changes, now) }),
    // what was kept before is not known
    cannotUndo: ({ crmHeaders }) => crmHeaders !== undefined,
  });
}

/** The field that a refusal of the whole map is about: the message ends with its name in quotes. */
export function faultyPointer(message: string | undefined): string | undefined {
  return message === undefined ? undefined : /"([^"]+)"$/.exec(message)?.[1];
}
