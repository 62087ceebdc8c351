/** A new customer: name, id and one address. What is refused stands at its field; what was typed stays. */
import { isDossierError } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { brandsQuery, typesQuery } from "../data/queries.ts";
import { Bar } from "../frame/frame.tsx";
import { api } from "../session/api.ts";
import { useMay, useSession } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { errorText, fieldTexts } from "../ui/error-text.ts";
import { Icon } from "../ui/icon.tsx";
import { usePageTitle } from "../ui/page-title.ts";
import { Failure } from "../ui/states.tsx";
import { guessType } from "./channel-kind.ts";
import { takeOffer } from "./new-customer-memory.ts";

export function NewCustomerPage() {
  const text = useText();
  usePageTitle(text.customer.new);
  const [, navigate] = useLocation();
  const [parameters] = useSearchParams();
  const { session } = useSession();
  const [offer] = useState(takeOffer);
  const [type, setType] = useState<string>();
  const [address, setAddress] = useState(offer.address);
  const [fault, setFault] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const mayTypes = useMay("CHANNEL_READ");
  const types = useQuery({ ...typesQuery, enabled: mayTypes }).data ?? [];
  const listed = useQuery(brandsQuery).data ?? [];
  const seen = session?.brandIds ?? [];
  const brands =
    listed.length > 0 ? listed : seen.map((id) => ({ id, name: `${text.customer.brand} ${id}` }));
  const kind = type ?? guessType(address, types);
  const fields = fieldTexts(fault, text);
  const owner =
    isDossierError(fault, "channel_taken") || isDossierError(fault, "primary_id_taken")
      ? fault.conflict.customerId
      : undefined;

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = (name: string) => {
      const value = form.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    setBusy(true);
    try {
      const { id } = await api.customer.create({
        brandId: Number(read("brand")),
        ...(read("firstname") ? { firstname: read("firstname") } : {}),
        ...(read("lastname") ? { lastname: read("lastname") } : {}),
        ...(read("primary-id") ? { primaryId: read("primary-id") } : {}),
        ...(address.trim() && kind ? { channels: [{ type: kind, address: address.trim() }] } : {}),
      });
      navigate(`/customers/${id}`, { replace: true });
    } catch (error) {
      setFault(error);
      setBusy(false);
    }
  }

  const faultOf = (name: string) => Object.entries(fields).find(([field]) => field.startsWith(name))?.[1];
  return (
    <>
      <Bar parent={{ href: "/customers", label: text.nav.customers }}>
        <h1>{text.customer.new}</h1>
      </Bar>
      <div className="scroll">
        <form className="page form stack" onSubmit={(event) => void submit(event)}>
          <div className="field">
            <label htmlFor="brand">{text.customer.brand}</label>
            <div className="select full">
              <select
                id="brand"
                name="brand"
                defaultValue={parameters.get("brand") ?? brands[0]?.id}
                required
              >
                {brands.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </div>
          </div>
          <div className="two-fields">
            <TextField
              name="firstname"
              label={text.customer.firstname}
              start={offer.firstname}
              fault={faultOf("firstname")}
              isFirst
            />
            <TextField
              name="lastname"
              label={text.customer.lastname}
              start={offer.lastname}
              fault={faultOf("lastname")}
            />
          </div>
          <TextField
            name="primary-id"
            label={text.customer.primaryId}
            start=""
            fault={faultOf("primaryId")}
          />
          <div className="pair">
            <div className="field">
              <label htmlFor="kind">{text.channel.kind}</label>
              <div className="select full">
                <select id="kind" value={kind ?? ""} onChange={(event) => setType(event.target.value)}>
                  {types.map(({ id, name }) => (
                    <option key={id} value={name}>
                      {name}
                    </option>
                  ))}
                </select>
              </div>
            </div>
            <div className="field">
              <label htmlFor="address">{text.channel.address}</label>
              <div className={faultOf("channels") ? "input wrong" : "input"}>
                <input
                  id="address"
                  autoComplete="off"
                  spellCheck={false}
                  value={address}
                  onChange={(event) => setAddress(event.target.value)}
                  aria-invalid={Boolean(faultOf("channels"))}
                />
              </div>
              {faultOf("channels") && (
                <span className="fault" role="alert">
                  <Icon name="warning" size={14} /> {faultOf("channels")}
                </span>
              )}
            </div>
          </div>
          {Boolean(fault) &&
            (owner ? (
              <div className="tell bad" role="alert">
                <Icon name="warning" />
                <div>{errorText(fault, text)}</div>
                <Link className="btn sm" href={`/customers/${owner}`}>
                  {text.words.open}
                </Link>
              </div>
            ) : (
              Object.keys(fields).length === 0 && <Failure error={fault} />
            ))}
          <div className="row-gap">
            <button type="submit" className="btn pri" disabled={isBusy || brands.length === 0}>
              {text.customer.new}
              <kbd className="kbd">↵</kbd>
            </button>
            <Link href="/customers" className="btn ghost">
              {text.words.cancel}
            </Link>
          </div>
        </form>
      </div>
    </>
  );
}

interface TextFieldProps {
  name: string;
  label: string;
  start: string;
  fault: string | undefined;
  isFirst?: boolean;
}

function TextField({ name, label, start, fault, isFirst = false }: TextFieldProps) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <div className={fault ? "input wrong" : "input"}>
        <input
          id={name}
          name={name}
          defaultValue={start}
          autoComplete="off"
          spellCheck={false}
          autoFocus={isFirst}
          aria-invalid={Boolean(fault)}
          aria-describedby={fault ? `${name}-fault` : undefined}
        />
      </div>
      {fault && (
        <span className="fault" id={`${name}-fault`} role="alert">
          <Icon name="warning" size={14} /> {fault}
        </span>
      )}
    </div>
  );
}
