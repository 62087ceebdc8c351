/** The channels of a customer: copy and remove; a removed one comes back by undo. */
import type { Channel, Customer } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { customerQuery } from "../data/queries.ts";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { exactTime, shortTime } from "../ui/format.ts";
import { channelIcon, Icon } from "../ui/icon.tsx";
import { Address } from "../ui/person.tsx";
import { useErrorToast, useToast } from "../ui/toast.tsx";

export function Channels({ customer, onAdd }: { customer: Customer; onAdd: () => void }) {
  const text = useText();
  const mayWrite = useMay("CUSTOMER_CUD");
  const queries = useQueryClient();
  const toast = useToast();
  const tell = useErrorToast();
  const seen = new Map(
    customer.provenance?.map(({ channel, lastSeenAt }) => [channel, lastSeenAt ?? undefined]),
  );
  const reread = () => queries.invalidateQueries({ queryKey: customerQuery(customer.id).queryKey });

  const addButton = useRef<HTMLButtonElement>(null);
  const removed = useRef(false);
  useEffect(() => {
    // the button that was pressed is gone with its channel
    if (removed.current && document.activeElement === document.body) addButton.current?.focus();
    removed.current = false;
  }, [customer.channels]);

  const putBack = async ({ channelName, address }: Channel) => {
    try {
      await api.customer.addChannels({ customerId: customer.id, channels: [{ type: channelName, address }] });
    } catch (error) {
      tell(error);
    }
    await reread();
  };
  const remove = async (channel: Channel) => {
    try {
      await api.customer.removeChannel({ id: channel.id });
      removed.current = true;
      toast({
        text: text.channel.removed(channel.address),
        icon: "trash",
        undo: () => void putBack(channel),
      });
    } catch (error) {
      tell(error);
    }
    await reread();
  };
  return (
    <section>
      <h2>
        {text.customer.channels}
        {mayWrite && (
          <button
            ref={addButton}
            type="button"
            className="btn ghost xs icon end"
            aria-label={text.customer.addChannel}
            onClick={onAdd}
          >
            <Icon name="plus" />
          </button>
        )}
      </h2>
      {customer.channels.length === 0 && <p className="t3 small">{text.customer.noChannels}</p>}
      <ul className="reach full">
        {customer.channels.map((channel) => (
          <li key={channel.id}>
            <Icon name={channelIcon(channel.channelName)} />
            <div>
              <span className="vh">{channel.channelName} </span>
              <Address>{channel.address}</Address>
              <LastSeen at={seen.get(channel.id)} />
            </div>
            <span className="acts">
              <CopyButton value={channel.address} what={channel.address} />
              {mayWrite && (
                <button
                  type="button"
                  className="btn ghost xs icon"
                  aria-label={`${text.channel.remove} ${channel.address}`}
                  onClick={() => void remove(channel)}
                >
                  <Icon name="trash" size={14} />
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** When the customer last wrote or called by a channel. */
function LastSeen({ at }: { at: string | undefined }) {
  const text = useText();
  if (!at) return null;
  return (
    <small className="t3 seen" title={exactTime(at)}>
      {text.channel.lastSeen(shortTime(at, text))}
    </small>
  );
}
