/**
 * Trail: the records of the newest list, for the way to the previous and the next one. In memory only, and gone with the
 * session.
 */
import { useEffect, useMemo } from "react";
import { useLocation } from "wouter";
import { useText } from "../text/text.tsx";
import { Icon } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";

type Noun = "customers" | "tickets";

const trails = new Map<Noun, number[]>();

export function leaveTrail(noun: Noun, ids: number[]): void {
  trails.set(noun, ids);
}

export const forgetTrails = () => trails.clear();

/** The step whose button was pressed: on the next record it has the focus again. */
let pressed: "previous" | "next" | undefined;

/** The place of a record in the newest list of its noun, with the steps to its neighbours, also by `[` and `]`. */
export function TrailTools({ noun, id }: { noun: Noun; id: number }) {
  const text = useText();
  const [, navigate] = useLocation();
  const trail = trails.get(noun) ?? [];
  const place = trail.indexOf(id);
  const [previous, next] = place === -1 ? [] : [trail[place - 1], trail[place + 1]];
  const keys = useMemo(() => {
    const go = (to: number | undefined) => () => {
      if (to !== undefined) navigate(`/${noun}/${to}`, { replace: true });
    };
    return { previous: go(previous), next: go(next) };
  }, [noun, previous, next, navigate]);
  useKeys(keys);
  useEffect(() => void (pressed = undefined), [id]);
  if (place === -1) return null;
  const steps = [
    { label: text.keys.previous, icon: "up", to: previous, act: "previous" },
    { label: text.keys.next, icon: "down", to: next, act: "next" },
  ] as const;
  const offered = steps.filter(({ to }) => to !== undefined);
  const focused = pressed && (offered.find(({ act }) => act === pressed) ?? offered[0])?.act;
  return (
    <>
      <span className="small t3 desk-only nowrap">{text.search.result(place + 1, trail.length)}</span>
      {steps.map(({ label, icon, to, act }) => (
        <button
          key={act}
          type="button"
          className="btn ghost sm icon"
          aria-label={label}
          disabled={to === undefined}
          autoFocus={act === focused}
          onClick={() => {
            pressed = act;
            keys[act]();
          }}
        >
          <Icon name={icon} />
        </button>
      ))}
    </>
  );
}
