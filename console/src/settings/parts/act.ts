/** Act of a form: what is missing or refused stands at its field, else below the form, and what was typed stays. */
import { type SyntheticEvent, useState } from "react";
import { useText } from "../../text/text.tsx";
import { errorText, fieldTexts } from "../../ui/error-text.ts";

type Faults<Place extends string> = Partial<Record<Place, string>>;

export interface Act<Place extends string = string> {
  /** what is wrong, by field */
  faults: Readonly<Faults<Place>>;
  /** why it was refused, where that is at no field */
  fault: string | undefined;
  isBusy: boolean;
  /** forgets a refusal, once something else is typed */
  clear: () => void;
  run: (event: SyntheticEvent) => void;
}

/** The faults of fields, by those that a form has; that of one item of a field is the field's. */
function faultsAt<Place extends string>(
  fields: Readonly<Record<string, string>>,
  places: readonly Place[],
): Faults<Place> {
  const found = Object.entries(fields).flatMap(([field, fault]) => {
    const place = places.find((one) => field === one || field.startsWith(`${one}.`));
    return place ? [[place, fault] as const] : [];
  });
  return Object.fromEntries(found) as Faults<Place>;
}

/**
 * `places` are the fields that the form shows; `act` is run with an event of its form, unless `findMissing` names what it
 * would lack.
 */
export function useAct<Place extends string>(
  places: readonly Place[],
  act: () => Promise<unknown>,
  findMissing?: () => Faults<Place>,
): Act<Place> {
  const text = useText();
  const [faults, setFaults] = useState<Faults<Place>>({});
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const clear = () => {
    setFaults({});
    setFault(undefined);
  };
  const perform = async () => {
    const missing = findMissing?.() ?? {};
    if (Object.keys(missing).length > 0) return setFaults(missing);
    setBusy(true);
    clear();
    try {
      await act();
    } catch (error) {
      const found = faultsAt(fieldTexts(error, text), places);
      setFaults(found);
      if (Object.keys(found).length === 0) setFault(errorText(error, text));
    } finally {
      setBusy(false);
    }
  };
  return {
    faults,
    fault,
    isBusy,
    clear,
    run: (event) => {
      event.preventDefault();
      if (!isBusy) void perform();
    },
  };
}
