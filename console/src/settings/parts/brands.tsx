/** Brands of a key or a webhook: their names, and the choice among those that the key of the session sees. */
import { useQuery } from "@tanstack/react-query";
import { brandsQuery } from "../../data/queries.ts";
import { useSession } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { FaultLine } from "../../ui/form-fields.tsx";
import { Brand } from "../../ui/person.tsx";
import { partsTexts } from "./text.ts";

/** The name of a brand by its id, as far as the key may read it. */
export function useBrandName(): (id: number) => string {
  const text = useTexts(partsTexts);
  const { data = [] } = useQuery(brandsQuery);
  return (id) => data.find((one) => one.id === id)?.name ?? text.brand(id);
}

/** The brands of something; null: all. */
export function BrandsOf({ ids }: { ids: readonly number[] | null }) {
  const text = useTexts(partsTexts);
  const nameOf = useBrandName();
  if (ids === null) return <span className="t2">{text.all}</span>;
  return (
    <span className="bb">
      {ids.map((id) => (
        <Brand key={id} id={id} name={nameOf(id)} />
      ))}
    </span>
  );
}

interface BrandChoiceProps {
  /** null: all brands */
  value: readonly number[] | null;
  onChange: (value: readonly number[] | null) => void;
  fault?: string | undefined;
}

/** The brands that a key for these may give; a key for some brands gives no more than its own. */
function useOfferedBrands(): number[] {
  const { session } = useSession();
  const { data = [] } = useQuery(brandsQuery);
  return session?.brandIds ?? data.map(({ id }) => id);
}

export function BrandChoice({ value, onChange, fault }: BrandChoiceProps) {
  const text = useTexts(partsTexts);
  const { session } = useSession();
  const nameOf = useBrandName();
  const offered = useOfferedBrands();
  const isForAll = session?.brandIds === null;
  const toggle = (id: number) =>
    onChange(value?.includes(id) ? value.filter((one) => one !== id) : [...(value ?? []), id]);
  return (
    <fieldset className="field">
      <legend className="label">{text.brands}</legend>
      {isForAll && (
        <div className="seg fit" role="group" aria-label={text.brands}>
          <button type="button" aria-pressed={value === null} onClick={() => onChange(null)}>
            {text.allBrands}
          </button>
          <button type="button" aria-pressed={value !== null} onClick={() => onChange(value ?? [])}>
            {text.someBrands}
          </button>
        </div>
      )}
      {value !== null && (
        <div className="ticks">
          {offered.map((id) => (
            <label key={id} className="check">
              <input type="checkbox" checked={value.includes(id)} onChange={() => toggle(id)} />
              <Brand id={id} name={nameOf(id)} />
            </label>
          ))}
        </div>
      )}
      <FaultLine fault={fault} />
    </fieldset>
  );
}
