/** Key hint: the keys of an act, shown beside it. */
import { type Act, waysOf } from "./keymap.ts";

interface KeyHintProps {
  act: Act;
  /** which way to press it, counted from 0; without it the first */
  way?: number;
}

export function KeyHint({ act, way = 0 }: KeyHintProps) {
  return <kbd className="kbd">{waysOf(act)[way]?.join(" ")}</kbd>;
}
