/** Map of our fields to the places of a CRM's answer, as JSON pointers, with what the last trial found there. */
import type { BrandCrmTest } from "@dossier/api";
import { useId } from "react";
import { useText } from "../../../text/text.tsx";
import { useTexts } from "../../../text/texts.ts";
import { FaultLine } from "../../../ui/form-fields.tsx";
import { words } from "../../../ui/format.ts";
import { Foreign } from "../../../ui/person.tsx";
import { type Form, Theirs } from "../../form.tsx";
import { faultyPointer, type LookupValues, type OwnField, ownFields } from "./lookup-form.ts";
import { lookupTexts } from "./text.ts";

type Mapped = BrandCrmTest["mapped"][number];

/** Names of our fields as people read them: a custom field has its label. */
export function useFieldNames(custom: readonly { name: string; label: string }[]): (field: string) => string {
  const text = useTexts(lookupTexts);
  const own = useText().customer;
  const names: Record<OwnField, string> = {
    primary_id: own.primaryId,
    firstname: own.firstname,
    lastname: own.lastname,
    email: text.email,
    telephone: text.telephone,
    channels: text.otherChannels,
  };
  return (field) =>
    ownFields.find((one) => one === field) !== undefined
      ? names[field as OwnField]
      : (custom.find(({ name }) => name === field)?.label ?? words(field.replace(/^custom_/, "")));
}

/** What a field has of one result: its value, or why it has none. */
function foundIn(result: Mapped, field: string): { value: string } | { left: string } | undefined {
  const skipped = result.skipped.find((one) => one.field === field);
  if (skipped) return { left: skipped.message };
  const address = result.channels.find(({ channelName }) => channelName === field)?.address;
  const others = result.channels.filter(({ channelName }) => !["email", "telephone"].includes(channelName));
  const value = {
    primary_id: result.primaryId,
    firstname: result.firstname,
    lastname: result.lastname,
    channels: others.map(({ channelName, address }) => `${channelName} ${address}`).join(", "),
  }[field];
  const found =
    value ?? address ?? result.custom.find((one) => one.field.toLowerCase() === field.toLowerCase())?.value;
  return found ? { value: found } : undefined;
}

interface FieldMapProps {
  form: Form<LookupValues>;
  nameOf: (field: string) => string;
  trial: BrandCrmTest | undefined;
}

export function FieldMap({ form, nameOf, trial }: FieldMapProps) {
  const text = useTexts(lookupTexts);
  const id = useId();
  const fields = Object.keys(form.values).flatMap((name) =>
    name.startsWith("at:") ? [name.slice("at:".length)] : [],
  );
  const refused = form.faults.crmFieldMap;
  const faulty = faultyPointer(refused);
  const [first] = trial?.mapped ?? [];
  return (
    <section>
      <h2 id={id} className="sec">
        {text.map}
      </h2>
      <p className="hint">{text.mapHint}</p>
      {refused && !fields.includes(faulty ?? "") && <FaultLine fault={refused} />}
      <div className="card">
        <table className="table map" aria-labelledby={id}>
          <thead>
            <tr>
              <th scope="col">{text.ourField}</th>
              <th scope="col">{text.pointer}</th>
              <th scope="col">{text.lastTrial}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => {
              const name = `at:${field}` as const;
              const fault = field === faulty ? refused : undefined;
              return (
                <tr key={field}>
                  <td>
                    <Foreign>{nameOf(field)}</Foreign>
                  </td>
                  <td>
                    <div className={fault ? "input sm wrong" : "input sm"}>
                      <input
                        className="mono"
                        aria-label={text.whereIs(nameOf(field))}
                        aria-invalid={fault !== undefined}
                        aria-describedby={fault ? `${id}-fault` : undefined}
                        autoComplete="off"
                        spellCheck={false}
                        placeholder={`/${field}`}
                        value={form.values[name] ?? ""}
                        onChange={(event) => form.set({ [name]: event.target.value })}
                      />
                    </div>
                    {fault && <FaultLine id={`${id}-fault`} fault={fault} />}
                    <Theirs form={form} name={name} />
                  </td>
                  <td className="small">{first && <Found result={first} field={field} />}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Found({ result, field }: { result: Mapped; field: string }) {
  const text = useTexts(lookupTexts);
  const found = foundIn(result, field);
  if (!found) return <span className="t3">{text.notThere}</span>;
  return "left" in found ? (
    <span className="left-out">{text.leftOutBecause(found.left)}</span>
  ) : (
    <Foreign>{found.value}</Foreign>
  );
}
