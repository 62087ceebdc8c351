/** Custom fields as the settings read them, and what is read again after a change. */
import type { CustomFieldDefinition } from "@dossier/api";
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { api } from "../../session/api.ts";

export interface BrandName {
  id: number;
  name: string;
}

/** Every custom field of a brand. */
export const allFieldsQuery = (brandId: number) =>
  queryOptions({
    queryKey: ["custom-fields", brandId, "every"],
    queryFn: async ({ signal }) => {
      const fields: CustomFieldDefinition[] = [];
      for await (const field of api.customfield.each({ brandId }, { signal })) fields.push(field);
      return fields;
    },
  });

/** Reads the fields again wherever they are shown. */
export function useFieldsChanged(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["custom-fields"] }),
      queries.invalidateQueries({ queryKey: ["fields"] }),
    ]);
}
