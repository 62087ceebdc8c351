/** Writes a note, or what was said, into a ticket. Dossier keeps it; it sends nothing. */
import type { TicketHistory } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ticketQuery } from "../data/queries.ts";
import { api } from "../session/api.ts";
import { useText } from "../text/text.tsx";
import { errorText } from "../ui/error-text.ts";
import { Icon } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";

type Kind = "note" | "in" | "out";

export function Write({ ticket }: { ticket: TicketHistory }) {
  const text = useText();
  const queries = useQueryClient();
  const [kind, setKind] = useState<Kind>("note");
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isNote = kind === "note";
  const save = async () => {
    if (!typed.trim() || isBusy) return;
    setBusy(true);
    setFault(undefined);
    try {
      await api.message.create({
        ticketId: ticket.id,
        type: isNote ? "note" : ticket.channelName,
        message: typed.trim(),
        ...(isNote ? {} : { direction: kind === "in" ? "inbound" : "outbound" }),
      });
      setTyped("");
      await queries.invalidateQueries({ queryKey: ticketQuery(ticket.id).queryKey });
      if (ticket.customerId !== null)
        for (const key of ["timeline", "newest", "latest", "counts", "tickets-of"])
          void queries.invalidateQueries({ queryKey: [key, ticket.customerId] });
    } catch (error) {
      setFault(errorText(error, text));
    }
    setBusy(false);
  };
  const kinds: [Kind, string][] = [
    ["note", text.write.note],
    ["in", text.write.fromCustomer],
    ["out", text.write.fromUs],
  ];
  return (
    <div className={isNote ? "write note" : "write"}>
      <div className="seg" role="group" aria-label={text.write.what}>
        {kinds.map(([value, name]) => (
          <button key={value} type="button" aria-pressed={kind === value} onClick={() => setKind(value)}>
            {name}
          </button>
        ))}
      </div>
      <label className="vh" htmlFor="write">
        {isNote ? text.write.note : text.write.message}
      </label>
      <textarea
        id="write"
        rows={2}
        placeholder={isNote ? text.write.notePlaceholder : text.write.messagePlaceholder}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      {fault && (
        <p className="fault-line" role="alert">
          <Icon name="warning" />
          <span>{fault}</span>
        </p>
      )}
      <div className="row-gap">
        <span className="xsmall t3 desk-only">
          <KeyHint act="keep" /> {text.write.keeps}
        </span>
        <button
          type="button"
          className="btn sm end"
          disabled={!typed.trim() || isBusy}
          onClick={() => void save()}
        >
          {isNote ? text.write.keepNote : text.write.keepMessage}
        </button>
      </div>
    </div>
  );
}
