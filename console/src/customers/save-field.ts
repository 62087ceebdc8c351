/**
 * Saves one field of a customer under the version that was read. If another changed the customer meanwhile, it is read
 * again and compared: another field, and the change is saved over the new version; the same field, and the person
 * chooses. What was typed is never lost.
 */
import { type Customer, type CustomFieldDefinition, type CustomValue, isDossierError } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { customerQuery } from "../data/queries.ts";
import { api } from "../session/api.ts";
import { useText } from "../text/text.tsx";
import { errorText } from "../ui/error-text.ts";
import { useToast } from "../ui/toast.tsx";

export type Field =
  | { kind: "own"; name: "firstname" | "lastname" | "primaryId"; label: string }
  | { kind: "custom"; name: string; label: string; definition?: CustomFieldDefinition };

/** The same field, changed by two. */
export interface Collision {
  field: Field;
  theirs: string;
  mine: string;
}

const flashMs = 1200;

function valueOf(customer: Customer, field: Field): CustomValue | undefined {
  return field.kind === "own" ? customer[field.name] || undefined : customer.custom[field.name];
}

function write(customer: Customer, field: Field, value: string, version: number) {
  const { id } = customer;
  const input =
    field.kind === "custom"
      ? { id, custom: { [field.name]: value === "" ? null : value } }
      : field.name === "primaryId"
        ? { id, newPrimaryId: value }
        : { id, [field.name]: value };
  return api.customer.update(input, { ifMatch: version });
}

export function useSaveField(customer: Customer) {
  const text = useText();
  const toast = useToast();
  const queries = useQueryClient();
  const [fault, setFault] = useState<string>();
  const [collision, setCollision] = useState<Collision>();
  const [changed, setChanged] = useState<string>();
  const key = customerQuery(customer.id).queryKey;

  const attempt = async (
    field: Field,
    base: CustomValue | undefined,
    value: string,
    version: number,
  ): Promise<boolean> => {
    try {
      await write(customer, field, value, version);
    } catch (error) {
      if (!isDossierError(error, "stale_version")) throw error;
      const now = await api.customer.find({ id: customer.id, provenance: true });
      queries.setQueryData(key, now);
      const theirs = valueOf(now, field);
      if (theirs !== base && String(theirs ?? "") !== value) {
        setCollision({ field, theirs: String(theirs ?? ""), mine: value });
        return false;
      }
      const isSaved = await attempt(field, theirs, value, now.version);
      if (isSaved) toast({ text: text.stale.other, icon: "info" });
      return isSaved;
    }
    setFault(undefined);
    setCollision(undefined);
    await queries.invalidateQueries({ queryKey: key });
    setChanged(field.name);
    setTimeout(() => setChanged(undefined), flashMs);
    return true;
  };
  /** Says what was refused, beside what was typed. */
  const guard = async (save: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await save();
    } catch (error) {
      setFault(errorText(error, text));
      return false;
    }
  };
  return {
    fault,
    collision,
    changed,
    run: (field: Field, base: CustomValue | undefined, value: string): Promise<boolean> =>
      guard(() => attempt(field, base, value.trim(), customer.version)),
    /** saves what was typed over theirs */
    insist: async (): Promise<boolean> => {
      if (!collision) return false;
      const { field, mine } = collision;
      const now = queries.getQueryData<Customer>(key) ?? customer;
      return guard(() => attempt(field, valueOf(now, field), mine, now.version));
    },
    forget: () => {
      setFault(undefined);
      setCollision(undefined);
    },
  };
}
