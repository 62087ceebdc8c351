/** Target client: the client of the API as commands use it. A command makes the call once, and only what was asked for. */
import { type ClientOptions, createDynamicClient, DossierError, type DynamicClient } from "@dossier/api";
import { clientUserHeader } from "./client-user.ts";

/** Creates a client without retries and generated keys; `explain` converts errors that say how the target is reached. */
export function createTargetClient(
  options: Omit<ClientOptions, "fetch">,
  send: NonNullable<ClientOptions["fetch"]>,
  explain: (error: DossierError) => unknown,
): Pick<DynamicClient, "call" | "pages"> {
  const user = clientUserHeader();
  const client = createDynamicClient({
    ...options,
    retry: false,
    idempotencyKeys: false,
    fetch: (url, init) => send(url, { ...init, headers: { ...init.headers, ...user } }),
  });
  const explained = (error: unknown) => (error instanceof DossierError ? explain(error) : error);
  return {
    async call(...request) {
      try {
        return await client.call(...request);
      } catch (error) {
        throw explained(error);
      }
    },
    async *pages(...request) {
      try {
        yield* client.pages(...request);
      } catch (error) {
        throw explained(error);
      }
    },
  };
}
