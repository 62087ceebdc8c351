/** The end of a key by hand: what ends with it in words, and whether this key takes over what it has made. */
import type { ApiKey } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Failure } from "../../ui/states.tsx";
import { useToast } from "../../ui/toast.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { descendantsOf, isInUse } from "./key-life.ts";
import { allKeysQuery } from "./key-list.ts";
import { isHeld } from "./permissions.ts";
import { accessTexts } from "./text.ts";

export function RevokeKey({ apiKey: key, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const text = useTexts(accessTexts);
  const { session, signOut } = useSession();
  const toast = useToast();
  const queries = useQueryClient();
  const { data: all, error, refetch } = useQuery({ ...allKeysQuery, staleTime: 0 });
  const [adopts, setAdopts] = useState(false);
  const made = all ? descendantsOf(key.id, all) : [];
  const isMine = session?.keyId === key.id;
  const endsMine = !isMine && made.some(({ id }) => id === session?.keyId) && !adopts;
  const mayAdopt =
    made.length > 0 && !isMine && key.permissions.every((one) => isHeld(session?.permissions ?? [], one));
  const revoke = async () => {
    const { ended = 0, adopted = 0 } = await api.key.revoke({
      id: key.id,
      ...(adopts ? { adopt: true } : {}),
    });
    if (isMine || endsMine) return signOut();
    toast({
      icon: "check",
      text:
        adopted > 0
          ? text.revoke.doneAdopted(key.name, adopted)
          : ended > 0
            ? text.revoke.doneEnded(key.name, ended)
            : text.revoke.done(key.name),
    });
    await queries.invalidateQueries({ queryKey: ["keys"] });
    onClose();
  };
  return (
    <Confirm
      title={text.revoke.title(key.name)}
      act={text.revoke.act}
      typedName={isInUse(key) || isMine ? key.name.trim() : undefined}
      isWaiting={!all}
      onAct={revoke}
      onClose={onClose}
    >
      <p>{text.revoke.lead}</p>
      {isInUse(key) && !isMine && <p className="t2">{text.revoke.inUse}</p>}
      {(isMine || endsMine) && (
        <div className="tell warn">
          <Icon name="warning" />
          <div>{isMine ? text.revoke.mine : text.revoke.mineEnds}</div>
        </div>
      )}
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        !all && <p className="t3">{text.revoke.reading}</p>
      )}
      {made.length > 0 && (
        <div>
          <p>{text.revoke.ends(made.length)}</p>
          <ul className="names">
            {made.map(({ id, name, prefix }) => (
              <li key={id}>
                <Foreign>{name}</Foreign> <span className="mono t3">{prefix}…</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {mayAdopt && (
        <fieldset className="choices">
          <legend className="vh">{text.revoke.what}</legend>
          {([false, true] as const).map((one) => (
            <label key={String(one)} className={one === adopts ? "choice on" : "choice"}>
              <input type="radio" name="adopt" checked={one === adopts} onChange={() => setAdopts(one)} />
              <span>
                <b>{one ? text.revoke.adopt : text.revoke.endToo}</b>
                <small>{one ? text.revoke.adoptHint : text.revoke.endTooHint}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </Confirm>
  );
}
