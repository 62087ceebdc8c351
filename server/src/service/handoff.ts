/**
 * Hand-off of connections: the primary process accepts, sends each connection to a worker, and holds it until the
 * worker has taken it. Invariant: a connection that the primary holds is on its way to a living worker, or closed. Node
 * (20 to 24) itself keeps two kinds for ever, and their clients wait for ever: one whose worker died before it took it,
 * and one that comes back when no worker listens any more. Here the first goes to another worker, because none has read
 * from it: a worker takes a connection before it reads from it. The second is closed.
 */
import type { Worker } from "node:cluster";

/** Node's own messages, as far as they are used here. */
interface ClusterMessage {
  act?: string;
  seq?: number;
  ack?: number;
  accepted?: boolean;
}

/** Node's handle of an accepted connection. */
interface Connection {
  close?(): void;
}

interface Member {
  worker: Worker;
  /** ports on which it takes connections */
  listening: number;
  /** connections sent to it and not taken yet, by the number of their message */
  sent: Map<number, Connection>;
}

/** The connections on their way from the primary to its workers. */
export class HandOffs {
  readonly #members = new Set<Member>();
  /** connections that came back and were not sent again yet */
  readonly #returned = new Set<Connection>();

  /** Follows a worker from its fork to its end. */
  follow(worker: Worker): void {
    const { process: child } = worker;
    const member: Member = { worker, listening: 0, sent: new Map() };
    this.#members.add(member);
    const send = child.send.bind(child) as (...args: unknown[]) => boolean;
    child.send = (...args: unknown[]) => {
      const [message, connection] = args as [ClusterMessage | undefined, Connection | undefined];
      if (message?.act === "newconn" && connection) {
        this.#returned.delete(connection);
        member.sent.set(message.seq ?? 0, connection);
      }
      return send(...args);
    };
    // Before Node, which may send a connection that came back at once; and after it, when it has sent all that it can.
    child.prependListener("internalMessage", (message: ClusterMessage) => this.#receive(member, message));
    child.on("internalMessage", ({ act, accepted }: ClusterMessage) => {
      if (act === "close" || accepted === false) this.#closeStranded();
    });
    // Node's listeners of these were added before: it has removed the worker.
    child.once("disconnect", () => this.#leave(member));
    child.once("exit", () => this.#leave(member));
  }

  #receive(member: Member, { act, ack, accepted }: ClusterMessage): void {
    if (act === "listening") member.listening += 1;
    if (act === "close") member.listening -= 1;
    const connection = ack === undefined ? undefined : member.sent.get(ack);
    if (!connection || ack === undefined) return;
    member.sent.delete(ack);
    if (accepted === false) this.#returned.add(connection);
  }

  /** Waits for both ends, in either order: what a worker took is told on the channel, until that is closed. */
  #leave(member: Member): void {
    member.listening = 0;
    const { worker, sent } = member;
    if (worker.isDead() && !worker.isConnected() && this.#members.delete(member))
      for (const ack of sent.keys())
        worker.process.emit("internalMessage", { cmd: "NODE_CLUSTER", ack, accepted: false }, undefined);
    this.#closeStranded();
  }

  /** What came back when no worker listens is sent to none. */
  #closeStranded(): void {
    if ([...this.#members].some((member) => member.listening > 0)) return;
    for (const connection of this.#returned) connection.close?.();
    this.#returned.clear();
  }
}
