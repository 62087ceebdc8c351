/** Filters of a list, in the address of the page, so that a colleague sees the same. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useSearchParams } from "wouter";
import { brandsQuery } from "../../data/queries.ts";
import { useText } from "../../text/text.tsx";

/** Reads and sets parameters of the address; an empty one is left out. */
export function useFilters(): [URLSearchParams, (change: Readonly<Record<string, string>>) => void] {
  const [parameters, setParameters] = useSearchParams();
  return [
    parameters,
    (change) => {
      const next = new URLSearchParams(parameters);
      for (const [name, value] of Object.entries(change))
        if (value) next.set(name, value);
        else next.delete(name);
      setParameters(next, { replace: true });
    },
  ];
}

interface SelectFilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

export function SelectFilter({ label, value, onChange, children }: SelectFilterProps) {
  return (
    <label className="select sm">
      <span className="vh">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </label>
  );
}

/** The brands that the key sees, where there are several. */
export function BrandFilter({ value, onChange }: Omit<SelectFilterProps, "label" | "children">) {
  const text = useText();
  const { data: brands = [] } = useQuery(brandsQuery);
  if (brands.length < 2) return null;
  return (
    <SelectFilter label={text.search.brand} value={value} onChange={onChange}>
      <option value="">{text.search.allBrands}</option>
      {brands.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectFilter>
  );
}

/** A number of the address; undefined for what is none. */
export function numberOf(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name) ?? "";
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}

interface DayFilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function DayFilter({ label, value, onChange }: DayFilterProps) {
  return (
    <label className="day-in small t2">
      {label}
      <input type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

interface TextFilterProps {
  label: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
}

/** A field whose text counts once it rests, is left, or is confirmed. */
export function TextFilter({ label, value, options, onChange }: TextFilterProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const apply = () => typed.trim() !== value && onChange(typed.trim());
  return (
    <span className="input sm text-in">
      <input
        aria-label={label}
        placeholder={label}
        list={`options-${label}`}
        autoComplete="off"
        spellCheck={false}
        maxLength={64}
        value={typed}
        onBlur={apply}
        onKeyDown={(event) => event.key === "Enter" && apply()}
        onChange={(event) => {
          setTyped(event.target.value);
          if (options.includes(event.target.value)) onChange(event.target.value);
        }}
      />
      <datalist id={`options-${label}`}>
        {options.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </span>
  );
}

/** A day of the address as a moment, in the reader's zone; undefined for what is no day. */
export function dayStart(day: string | null, plusDays = 0): Date | undefined {
  if (!day) return undefined;
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T00:00:00` : day);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + plusDays);
  return at;
}
