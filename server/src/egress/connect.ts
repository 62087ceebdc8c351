/**
 * Connecting to a target. Every address of a name must be permitted, and the connection is made to the checked address,
 * not to the name: no second look-up can give another answer. TLS keeps the name, for its certificate.
 */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectSecurely, type ConnectionOptions } from "node:tls";
import { isAllowlistable, isPublic } from "./ip-policy.ts";
import { EgressFailure } from "./errors.ts";
import { withTimeout } from "../abort.ts";
import type { Resolve } from "./dns.ts";
import type { Target } from "./url-policy.ts";

/** Opens a connection to an address, never a name; cancelled by the signal. */
export type Dial = (address: string, port: number, signal: AbortSignal) => Promise<Socket>;

export interface ConnectOptions {
  resolve: Resolve;
  dial: Dial;
  /** certificates (PEM) to trust instead of Node's */
  ca: readonly string[] | undefined;
}

/** In milliseconds, including the look-up of the name. */
export const connectTimeoutMs = 3000;
const resolveTimeoutMs = 2000;

/** A name with more addresses than this is rejected without checking them. */
const maxAddresses = 32;
/** Maximum number of addresses tried. */
const maxTried = 2;

/**
 * Opens a connection, within 3 s in all.
 *
 * @throws EgressFailure if that is impossible or forbidden
 */
export function connectTo(target: Target, options: ConnectOptions, signal: AbortSignal): Promise<Socket> {
  const deadline = performance.now() + connectTimeoutMs;
  return withTimeout(connectTimeoutMs, signal, new EgressFailure("no connection in time"), async (signal) => {
    const addresses = chooseAddresses(await resolveAllowed(target, options.resolve, signal));
    for (const [at, address] of addresses.entries()) {
      const timeoutMs = (deadline - performance.now()) / (addresses.length - at);
      const timeoutError = new EgressFailure(`no connection to ${address} in time`);
      try {
        return await withTimeout(timeoutMs, signal, timeoutError, (signal) =>
          open(address, target, options, signal),
        );
      } catch (error) {
        if (at === addresses.length - 1 || signal.aborted) throw error;
      }
    }
    throw new EgressFailure("the name has no address");
  });
}

async function resolveAllowed(target: Target, resolve: Resolve, signal: AbortSignal): Promise<string[]> {
  const { host, isAddress, isAllowed } = target;
  if (isAddress) return assertAllAllowed([host], (address) => isAllowed || isPublic(address));
  const timeoutError = new EgressFailure("the name was not resolved in time");
  const addresses = await withTimeout(resolveTimeoutMs, signal, timeoutError, (signal) =>
    resolve(host, { isAllowed, signal }),
  );
  if (addresses.length > maxAddresses) throw new EgressFailure("the name has too many addresses");
  return assertAllAllowed(addresses, isAllowed ? isAllowlistable : isPublic);
}

/** All or none: a name with forbidden addresses beside permitted ones is an attack. */
function assertAllAllowed(addresses: readonly string[], isPermitted: (address: string) => boolean): string[] {
  const forbidden = addresses.find((address) => isIP(address) === 0 || !isPermitted(address));
  if (forbidden !== undefined) throw new EgressFailure(`forbidden address ${forbidden}`);
  return [...addresses];
}

/** Takes one address of each family if there are both, IPv4 first. */
function chooseAddresses(addresses: readonly string[]): string[] {
  const [v4, v6] = [4, 6].map((family) => addresses.filter((address) => isIP(address) === family));
  const [firstV4 = [], firstV6 = []] = [v4?.slice(0, 1), v6?.slice(0, 1)];
  return [...firstV4, ...firstV6, ...(v4?.slice(1) ?? []), ...(v6?.slice(1) ?? [])].slice(0, maxTried);
}

async function open(
  address: string,
  target: Target,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await options.dial(address, target.port, signal);
  socket.on("error", () => undefined); // an unhandled error event would end the process
  if (signal.aborted) socket.destroy();
  signal.throwIfAborted();
  return target.isSecure ? startTls(socket, target, options.ca, signal) : socket;
}

/** TLS over a connection: the certificate must be valid for the target's name and issued by a trusted authority. */
function startTls(
  socket: Socket,
  { host, isAddress }: Target,
  ca: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const options: ConnectionOptions = {
    socket,
    host,
    ALPNProtocols: ["http/1.1"],
    minVersion: "TLSv1.2",
    rejectUnauthorized: true, // regardless of the environment
    ...(isAddress ? {} : { servername: host }),
    ...(ca ? { ca: [...ca] } : {}),
  };
  return waitForEvent(connectSecurely(options), "secureConnect", signal);
}

export const dialAddress: Dial = (address, port, signal) =>
  waitForEvent(connect({ host: address, port, noDelay: true }), "connect", signal);

/** Returns the socket after the event; destroys it if it fails or the signal aborts first. */
function waitForEvent(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    const end = () => signal.removeEventListener("abort", abort);
    socket.once(event, () => {
      end();
      resolve(socket);
    });
    socket.once("error", (error: Error) => {
      end();
      socket.destroy();
      reject(error);
    });
    socket.once("close", () => {
      end();
      reject(new EgressFailure("closed before it was open"));
    });
    socket.on("error", () => undefined);
  });
}
