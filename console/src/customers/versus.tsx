/** Two people changed the same field: both values, and the choice. */
import { useId, useState } from "react";
import { useText } from "../text/text.tsx";
import { Icon } from "../ui/icon.tsx";
import { Foreign } from "../ui/person.tsx";
import type { Collision } from "./save-field.ts";

interface VersusProps {
  collision: Collision;
  fault: string | undefined;
  onMine: () => void;
  onTheirs: () => void;
}

export function Versus({ collision, fault, onMine, onTheirs }: VersusProps) {
  const text = useText();
  const name = useId();
  const [isMine, setMine] = useState(true);
  const sides: [boolean, string, string][] = [
    [false, text.stale.theirs, collision.theirs],
    [true, text.stale.yours, collision.mine],
  ];
  return (
    <div className="versus" role="alert">
      <p className="fault-line warnc">
        <Icon name="warning" />
        <span>{text.stale.same(collision.field.label)}</span>
      </p>
      <div className="versus-g">
        {sides.map(([side, label, value]) => (
          <label key={label} className={side === isMine ? "side-c on" : "side-c"}>
            <input type="radio" name={name} checked={side === isMine} onChange={() => setMine(side)} />
            <span>
              <small>{label}</small>
              <b>
                <Foreign>{value || "–"}</Foreign>
              </b>
            </span>
          </label>
        ))}
      </div>
      {fault && (
        <p className="fault-line">
          <Icon name="warning" />
          <span>{fault}</span>
        </p>
      )}
      <div className="row-gap">
        <button type="button" className="btn sm pri" onClick={isMine ? onMine : onTheirs}>
          {isMine ? text.stale.saveMine : text.stale.keepTheirs}
        </button>
      </div>
    </div>
  );
}
