/** Trial of the CRM lookup: one request as a contact would bring it about, which changes nothing, and its answer. */
import type { Brand, BrandCrmTest } from "@dossier/api";
import { type SyntheticEvent, useRef, useState } from "react";
import { readNumber } from "../../../customers/call-number.ts";
import { api } from "../../../session/api.ts";
import { useText } from "../../../text/text.tsx";
import { useTexts } from "../../../text/texts.ts";
import { errorText } from "../../../ui/error-text.ts";
import { FaultLine } from "../../../ui/form-fields.tsx";
import { Answer } from "./answer.tsx";
import { lookupTexts } from "./text.ts";

type By = "phoneNumber" | "email" | "primaryId";
const ways: readonly By[] = ["phoneNumber", "email", "primaryId"];

interface TrialProps {
  brand: Brand;
  /** something is not saved: the API tries what is saved */
  isChanged: boolean;
  save: () => Promise<boolean>;
  trial: BrandCrmTest | undefined;
  onTrial: (trial: BrandCrmTest | undefined) => void;
  nameOf: (field: string) => string;
}

export function Trial({ brand, isChanged, save, trial, onTrial, nameOf }: TrialProps) {
  const text = useTexts(lookupTexts);
  const words = useText();
  const [by, setBy] = useState<By>("phoneNumber");
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const isOff = !brand.crmLookupUrl && !isChanged;

  function choose(way: By) {
    setBy(way);
    field.current?.focus();
  }

  async function ask(event: SyntheticEvent) {
    event.preventDefault();
    const value = by === "phoneNumber" ? readNumber(typed) : typed.trim();
    if (!value || isAsking) return;
    setAsking(true);
    setFault(undefined);
    try {
      if (isChanged && !(await save())) return;
      onTrial(
        await api.brand.crmTest({
          id: brand.id,
          ...(by === "primaryId" ? { primaryId: value } : { channel: by, address: value }),
        }),
      );
    } catch (error) {
      onTrial(undefined);
      setFault(errorText(error, words));
    } finally {
      setAsking(false);
    }
  }
  return (
    <aside className="test" aria-label={text.tryIt}>
      <h2>{text.tryIt}</h2>
      {isOff ? (
        <p className="small t2">{text.noAddress}</p>
      ) : (
        <>
          <p className="small t2">{isChanged ? text.tryUnsaved : text.tryHint}</p>
          <div className="seg fit" role="group" aria-label={text.lookUpBy}>
            {ways.map((way) => (
              <button key={way} type="button" aria-pressed={way === by} onClick={() => choose(way)}>
                {text.ways[way]}
              </button>
            ))}
          </div>
          <form className="try" onSubmit={(event) => void ask(event)}>
            <div className="input">
              <input
                ref={field}
                aria-label={text.toLookUp(text.ways[by])}
                autoComplete="off"
                spellCheck={false}
                placeholder={text.examples[by]}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            </div>
            <button type="submit" className="btn pri" disabled={isAsking || !typed.trim()}>
              {isChanged ? text.saveAndAsk : text.ask}
            </button>
          </form>
          <FaultLine fault={fault} />
          <div role="status">
            {isAsking ? (
              <p className="small t3">{text.asking}</p>
            ) : (
              trial && <Answer brand={brand} trial={trial} nameOf={nameOf} />
            )}
          </div>
        </>
      )}
    </aside>
  );
}
