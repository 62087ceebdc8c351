/** One brand as the settings read it, and a form over some of its settings. */
import type { Brand, BrandUpdateInput } from "@dossier/api";
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { api } from "../../session/api.ts";
import { type Form, useForm } from "../form.tsx";

export const brandQuery = (id: number) =>
  queryOptions({
    queryKey: ["brand", id],
    queryFn: ({ signal }) => api.brand.find({ id }, { signal }),
  });

/** Reads a brand again, here and in every list of brands. */
export function useReadBrand(id: number): () => Promise<Brand> {
  const queries = useQueryClient();
  return async () => {
    void queries.invalidateQueries({ queryKey: ["brands"] });
    return queries.query({ ...brandQuery(id), staleTime: 0 });
  };
}

type Setting = keyof Brand & keyof BrandUpdateInput;

function pick<Name extends Setting>(brand: Brand, names: readonly Name[]): Pick<Brand, Name> {
  return Object.fromEntries(names.map((name) => [name, brand[name]])) as Pick<Brand, Name>;
}

/** A form over settings that are one value each. */
export function useBrandForm<Name extends Exclude<Setting, "id" | "crmHeaders">>(
  brand: Brand,
  names: readonly Name[],
): Form<Pick<Brand, Name>> {
  const readBrand = useReadBrand(brand.id);
  return useForm<Pick<Brand, Name>>({
    saved: pick(brand, names),
    read: async () => pick(await readBrand(), names),
    write: (changes) => api.brand.update({ id: brand.id, ...(changes as object) }),
  });
}
