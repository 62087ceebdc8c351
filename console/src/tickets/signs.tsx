/** Signs of tickets: state, and priority as bars. */
import type { Ticket, TicketStatus } from "@dossier/api";
import { useText } from "../text/text.tsx";

export function StatePill({ status }: { status: TicketStatus }) {
  const text = useText();
  return <span className={`pill ${status}`}>{text.tickets.states[status]}</span>;
}

export function Priority({ priority }: Pick<Ticket, "priority">) {
  const text = useText();
  const label = text.tickets.priorities[priority];
  return (
    <span className={`prio ${priority}`} role="img" aria-label={label} title={label}>
      <i />
      <i />
      <i />
    </span>
  );
}
