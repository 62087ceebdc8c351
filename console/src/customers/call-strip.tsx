/** The strip of a call on a customer's page: whose number it is, or the offer to keep it. */
import type { Customer } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { customerQuery } from "../data/queries.ts";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { Icon } from "../ui/icon.tsx";
import { nameOf } from "../ui/person.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import { useErrorToast, useToast } from "../ui/toast.tsx";
import { putAwayCall, useCall } from "./call.ts";

const digits = (text: string) => text.replaceAll(/\D/g, "").replace(/^0+/, "");

export function CallStrip({ customer, onNote }: { customer: Customer; onNote: () => void }) {
  const text = useText();
  const call = useCall();
  const toast = useToast();
  const tell = useErrorToast();
  const queries = useQueryClient();
  const mayWrite = useMay("CUSTOMER_CUD");
  if (!call || call.number.length <= 2) return null;
  const wanted = digits(call.number);
  const isTheirs = customer.channels.some(({ address }) => {
    const held = digits(address);
    return held !== "" && (held.endsWith(wanted) || wanted.endsWith(held));
  });
  const keep = async () => {
    try {
      await api.customer.addChannels({
        customerId: customer.id,
        channels: [{ type: "telephone", address: call.number }],
      });
      toast({ text: text.call.kept(call.number), icon: "check" });
    } catch (error) {
      tell(error);
    }
    await queries.invalidateQueries({ queryKey: customerQuery(customer.id).queryKey });
  };
  return (
    <div className="caller" role="status">
      <span className="pulse">
        <Icon name="incoming" size={18} />
      </span>
      <div>
        <b>{text.call.now}</b>
        <span className="num">{call.number}</span>
        <small>{isTheirs ? text.call.one : text.call.none}</small>
      </div>
      <span className="end row-gap">
        {mayWrite && !isTheirs && (
          <button type="button" className="btn sm" onClick={() => void keep()}>
            <Icon name="plus" />
            {text.call.keep(call.number, nameOf(customer))}
          </button>
        )}
        {mayWrite && isTheirs && (
          <button type="button" className="btn sm" onClick={onNote}>
            <Icon name="note" />
            {text.call.note}
            <KeyHint act="addEvent" />
          </button>
        )}
        <button
          type="button"
          className="btn ghost sm icon"
          aria-label={text.call.putAway}
          onClick={putAwayCall}
        >
          <Icon name="x" />
        </button>
      </span>
    </div>
  );
}
