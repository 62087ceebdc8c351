/**
 * How the primary process and a worker speak: questions and answers over the channel that Node opens between them. Each
 * end says by an interface what it can be asked.
 */

/** One end of a channel. */
export interface End {
  send(message: object, failed: (error: Error) => void): void;
  listen(hear: (message: unknown) => void): void;
}

/** What can be asked: a method of one argument at most for each question. */
export type Asked<Questions> = {
  [About in keyof Questions]: Questions[About] extends (sent: infer Sent) => infer Answer
    ? (sent: Sent) => Answer | Promise<Answer>
    : never;
};

/** The way to ask the other end. */
export interface Line<Questions> {
  ask<About extends keyof Questions>(
    about: About,
    ...sent: Questions[About] extends (...sent: infer Sent) => unknown ? Sent : never
  ): Promise<Questions[About] extends (...sent: never[]) => infer Answer ? Answer : never>;
  /** Fails whatever is still to be answered: the other end is gone. */
  close(): void;
}

type Message =
  | { kind: "question"; number: number; about: string; sent: unknown }
  | { kind: "answer"; number: number; value: unknown }
  | { kind: "failure"; number: number; reason: string };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Opens a line on which `own` is answered and `Theirs` can be asked. */
export function openLine<Theirs, Own>(end: End, own: Asked<Own>): Line<Theirs> {
  const waiting = new Map<number, Waiting>();
  let last = 0;

  const fail = (number: number) => (error: Error) => {
    waiting.get(number)?.reject(error);
    waiting.delete(number);
  };

  async function answer({ number, about, sent }: Message & { kind: "question" }): Promise<void> {
    const say = (message: Message) => end.send(message, () => undefined); // who asked is gone: nobody waits
    try {
      const find = own[about as keyof Own] as (sent: unknown) => unknown;
      say({ kind: "answer", number, value: await find(sent) });
    } catch (error) {
      say({ kind: "failure", number, reason: (error as Error).message });
    }
  }

  end.listen((heard) => {
    const message = heard as Message;
    if (message.kind === "question") return void answer(message);
    const asker = waiting.get(message.number);
    waiting.delete(message.number);
    if (message.kind === "answer") asker?.resolve(message.value);
    else asker?.reject(new Error(message.reason));
  });

  return {
    ask: (about, ...[sent]) =>
      new Promise((resolve, reject) => {
        const number = (last += 1);
        waiting.set(number, { resolve, reject });
        end.send({ kind: "question", number, about, sent }, fail(number));
      }),
    close() {
      for (const number of waiting.keys()) fail(number)(new Error("the other process has ended"));
    },
  };
}
