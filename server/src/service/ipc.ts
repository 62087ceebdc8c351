/**
 * Typed request/response over Node's cluster IPC channel. An interface at each end lists the methods that the other end
 * may call.
 */

export interface IpcEndpoint {
  send(message: object, onError: (error: Error) => void): void;
  listen(onMessage: (message: unknown) => void): void;
}

/** The methods of an end, each with one argument at most. */
export type IpcHandlers<Api> = {
  [Method in keyof Api]: Api[Method] extends (sent: infer Sent) => infer Result
    ? (sent: Sent) => Result | Promise<Result>
    : never;
};

export interface IpcChannel<Api> {
  call<Method extends keyof Api>(
    method: Method,
    ...sent: Api[Method] extends (...sent: infer Sent) => unknown ? Sent : never
  ): Promise<Api[Method] extends (...sent: never[]) => infer Result ? Result : never>;
  /** Rejects every pending call: the other end has ended. */
  close(): void;
}

type Message =
  | { kind: "request"; number: number; method: string; argument: unknown }
  | { kind: "response"; number: number; value: unknown }
  | { kind: "error"; number: number; reason: string };

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Opens a channel: `LocalApi` is served here, `RemoteApi` can be called. */
export function openIpcChannel<RemoteApi, LocalApi>(
  endpoint: IpcEndpoint,
  handlers: IpcHandlers<LocalApi>,
): IpcChannel<RemoteApi> {
  const pending = new Map<number, PendingCall>();
  let lastNumber = 0;

  const fail = (number: number) => (error: Error) => {
    pending.get(number)?.reject(error);
    pending.delete(number);
  };

  async function handle({ number, method, argument }: Message & { kind: "request" }): Promise<void> {
    const reply = (message: Message) => endpoint.send(message, () => undefined); // the other end has ended: nothing waits for the response
    try {
      const handler = handlers[method as keyof LocalApi] as (sent: unknown) => unknown;
      reply({ kind: "response", number, value: await handler(argument) });
    } catch (error) {
      reply({ kind: "error", number, reason: (error as Error).message });
    }
  }

  endpoint.listen((received) => {
    const message = received as Message;
    if (message.kind === "request") return void handle(message);
    const caller = pending.get(message.number);
    pending.delete(message.number);
    if (message.kind === "response") caller?.resolve(message.value);
    else caller?.reject(new Error(message.reason));
  });

  return {
    call: (method, ...[argument]) =>
      new Promise((resolve, reject) => {
        const number = (lastNumber += 1);
        pending.set(number, { resolve, reject });
        endpoint.send({ kind: "request", number, method, argument }, fail(number));
      }),
    close() {
      for (const number of pending.keys()) fail(number)(new Error("the other process has ended"));
    },
  };
}
