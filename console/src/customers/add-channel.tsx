/**
 * Adds a channel. An address that another customer has is not taken away silently: the owner is shown, and the ways out
 * that exist are offered; moving it is a removal there and an addition here, both in the audit trail.
 */
import { type Customer, DossierError, isDossierError } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useLocation } from "wouter";
import { customerQuery, typesQuery } from "../data/queries.ts";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { errorText } from "../ui/error-text.ts";
import { Icon } from "../ui/icon.tsx";
import { Avatar, Foreign, nameOf } from "../ui/person.tsx";
import { useToast } from "../ui/toast.tsx";
import { guessType } from "./channel-kind.ts";

type Way = "leave" | "move";

interface AddChannelProps {
  customer: Customer;
  onClose: () => void;
  start?: string;
}

export function AddChannel({ customer, onClose, start = "" }: AddChannelProps) {
  const text = useText();
  const types = useQuery({ ...typesQuery, enabled: useMay("CHANNEL_READ") }).data ?? [];
  const [address, setAddress] = useState(start);
  const [chosen, setChosen] = useState<string>();
  const [fault, setFault] = useState<DossierError>();
  const [owner, setOwner] = useState<Customer>();
  const [way, setWay] = useState<Way>("leave");
  const [isBusy, setBusy] = useState(false);
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const toast = useToast();
  const type = chosen ?? guessType(address, types) ?? "email";

  const add = () =>
    api.customer.addChannels({ customerId: customer.id, channels: [{ type, address: address.trim() }] });
  const done = async (said?: string) => {
    await queries.invalidateQueries({ queryKey: customerQuery(customer.id).queryKey });
    if (said) toast({ text: said, icon: "check" });
    onClose();
  };
  const refuse = async (error: unknown) => {
    if (!(error instanceof DossierError)) throw error;
    setFault(error);
    setOwner(isDossierError(error, "channel_taken") ? await findOwner(error.conflict.customerId) : undefined);
  };
  const move = async (from: Customer) => {
    const held =
      from.channels.find(
        (one) => one.channelName === type && one.address.toLowerCase().includes(address.trim().toLowerCase()),
      ) ??
      from.channels.find(
        (one) =>
          digits(one.address) !== "" && digits(one.address).endsWith(digits(address).replace(/^0+/, "")),
      );
    if (!held) return refuse(fault);
    await api.customer.removeChannel({ id: held.id });
    try {
      await add();
    } catch {
      toast({ text: text.channel.moveBroken(nameOf(from)), icon: "warning" });
      return done();
    }
    await queries.invalidateQueries({ queryKey: customerQuery(from.id).queryKey });
    return done(text.channel.moved(held.address));
  };
  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (isBusy || !address.trim()) return;
    setBusy(true);
    try {
      if (owner && way === "leave") {
        onClose();
        navigate(`/customers/${owner.id}`);
      } else if (owner) await move(owner);
      else {
        await add();
        await done();
      }
    } catch (error) {
      await refuse(error);
    } finally {
      setBusy(false);
    }
  }

  const isWrong = fault !== undefined;
  const change = (next: string) => {
    setAddress(next);
    setFault(undefined);
    setOwner(undefined);
  };
  return (
    <Dialog
      title={text.customer.addChannel}
      onClose={onClose}
      isDirty={address !== start}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {text.words.cancel}
          </button>
          <button type="submit" form="add-channel" className="btn pri" disabled={isBusy || !address.trim()}>
            {owner
              ? way === "leave"
                ? text.channel.openOwner(nameOf(owner))
                : text.channel.moveAct
              : text.channel.add}
          </button>
        </>
      }
    >
      <form id="add-channel" className="stack" onSubmit={(event) => void submit(event)}>
        <div className="pair">
          <div className="field">
            <label htmlFor="channel-kind">{text.channel.kind}</label>
            <div className="select full">
              <select
                id="channel-kind"
                value={type}
                onChange={(event) => {
                  setChosen(event.target.value);
                  change(address);
                }}
              >
                {(types.length > 0 ? types.map(({ name }) => name) : [type]).map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </div>
          </div>
          <div className="field">
            <label htmlFor="channel-address">{text.channel.address}</label>
            <div className={isWrong ? "input wrong" : "input"}>
              <input
                id="channel-address"
                autoComplete="off"
                spellCheck={false}
                autoFocus
                value={address}
                aria-invalid={isWrong}
                aria-describedby="channel-fault"
                onChange={(event) => change(event.target.value)}
              />
            </div>
          </div>
        </div>
        <div id="channel-fault" role="alert" className="taken">
          {fault && (
            <p className="fault-line">
              <Icon name="warning" />
              <span>
                {isDossierError(fault, "channel_taken")
                  ? text.channel.taken(customer.brandName)
                  : errorText(fault, text)}
              </span>
            </p>
          )}
          {owner && <Ways owner={owner} newName={nameOf(customer)} way={way} onChange={setWay} />}
        </div>
      </form>
    </Dialog>
  );
}

/** The owner of an address, if this key sees it. */
async function findOwner(id: number | undefined): Promise<Customer | undefined> {
  if (id === undefined) return undefined;
  try {
    return await api.customer.find({ id });
  } catch {
    return undefined;
  }
}

const digits = (text: string) => text.replaceAll(/\D/g, "");

interface WaysProps {
  owner: Customer;
  newName: string;
  way: Way;
  onChange: (way: Way) => void;
}

function Ways({ owner, newName, way, onChange }: WaysProps) {
  const text = useText();
  const name = nameOf(owner);
  const ways: [Way, string, string][] = [
    ["leave", text.channel.leave(name), text.channel.leaveHint],
    ["move", text.channel.move(newName), text.channel.moveHint(name)],
  ];
  return (
    <>
      <div className="taken-card">
        <Avatar customer={owner} />
        <div className="grow">
          <b>
            <Foreign>{name}</Foreign>
          </b>
          <small className="mono">{owner.primaryId || `#${owner.id}`}</small>
        </div>
      </div>
      <fieldset className="choices">
        <legend className="vh">{text.channel.whatToDo}</legend>
        {ways.map(([value, label, hint]) => (
          <label key={value} className={way === value ? "choice on" : "choice"}>
            <input
              type="radio"
              name="way"
              value={value}
              checked={way === value}
              onChange={() => onChange(value)}
            />
            <span>
              <b>{label}</b>
              <small>{hint}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}
