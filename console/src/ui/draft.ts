/**
 * Draft of a form: what was typed over what is saved. Invariants: a value set back is no change; what another person
 * saves meanwhile leaves what was typed, and is told as a collision where it is the same field.
 */
import { useState } from "react";

/** A field that was typed in, with what was saved when that began. */
interface Typed {
  value: unknown;
  base: unknown;
}
export type TypedFields = Readonly<Record<string, Typed>>;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const savedOf = (saved: object, name: string) => (saved as Record<string, unknown>)[name];

/** What differs from what is saved. */
export function changesOf<Values extends object>(typed: TypedFields, saved: Values): Partial<Values> {
  const changed = Object.entries(typed).filter(([name, { value }]) => !isSame(value, savedOf(saved, name)));
  return Object.fromEntries(changed.map(([name, { value }]) => [name, value])) as Partial<Values>;
}

/** The changed fields that somebody else has saved differently since. */
export function collisionsOf(typed: TypedFields, saved: object): string[] {
  return Object.keys(changesOf(typed, saved)).filter(
    (name) => !isSame(typed[name]?.base, savedOf(saved, name)),
  );
}

/** Types into fields; a field keeps the base that it had when typing began. */
export function typeInto<Values extends object>(
  typed: TypedFields,
  next: Partial<Values>,
  saved: Values,
): TypedFields {
  const added = Object.entries(next).map(([name, value]) => {
    const base = typed[name] ? typed[name].base : savedOf(saved, name);
    return [name, { value, base }] as const;
  });
  return { ...typed, ...Object.fromEntries(added) };
}

export interface Draft<Values extends object> {
  values: Values;
  /** only what differs from what is saved */
  changes: Partial<Values>;
  isChanged: boolean;
  /** fields that somebody else has changed while they were typed in */
  collisions: readonly string[];
  collisionsWith(saved: Values): readonly string[];
  set(next: Partial<Values>): void;
  /** forgets what was typed into one field */
  keepTheirs(name: keyof Values & string): void;
  /** goes on with what was typed, over what somebody else has saved */
  keepMine(name: keyof Values & string): void;
  revert(): void;
  /** forgets what was saved of it; what was typed since stays */
  settle(written: Partial<Values>): void;
}

/** `saved` may change while a draft is open: what was typed stays. */
export function useDraft<Values extends object>(saved: Values): Draft<Values> {
  const [typed, setTyped] = useState<TypedFields>({});
  const changes = changesOf(typed, saved);
  return {
    values: { ...saved, ...changes },
    changes,
    isChanged: Object.keys(changes).length > 0,
    collisions: collisionsOf(typed, saved),
    collisionsWith: (now) => collisionsOf(typed, now),
    set: (next) => setTyped((before) => typeInto(before, next, saved)),
    keepTheirs: (name) =>
      setTyped((before) => Object.fromEntries(Object.entries(before).filter(([one]) => one !== name))),
    keepMine: (name) =>
      setTyped((before) => {
        const field = before[name];
        return field ? { ...before, [name]: { value: field.value, base: saved[name] } } : before;
      }),
    revert: () => setTyped({}),
    settle: (written) =>
      setTyped((before) =>
        Object.fromEntries(
          Object.entries(before).filter(([name, { value }]) => !isSame(value, savedOf(written, name))),
        ),
      ),
  };
}
