/**
 * From a target to an open connection. Every address of a name must be one that requests may go to, and the connection
 * is made to the address that was looked at, not to the name: there is no second look-up that could answer differently.
 * TLS keeps the name, for its certificate.
 */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectSecurely, type ConnectionOptions } from "node:tls";
import { isOfOwnNetwork, isPublic } from "./ip-policy.ts";
import { Reason } from "./errors.ts";
import { upTo } from "../abort.ts";
import type { Resolve } from "./dns.ts";
import type { Target } from "./url-policy.ts";

/** A connection to an address, which is never a name. Whoever dials gives up when the signal says so. */
export type Dial = (address: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** By what ways connections are made. */
export interface Ways {
  resolve: Resolve;
  dial: Dial;
  /** certificates (PEM) that are trusted instead of those Node trusts */
  authorities: readonly string[] | undefined;
}

/** In milliseconds; the look-up of the name is part of reaching. */
export const reachPatience = 3000;
const resolvePatience = 2000;

/** A name with more addresses than anybody needs is not looked through. */
const mostAddresses = 32;
/** How many of them are tried. */
const tries = 2;

/**
 * Opens a connection, within 3 s in all.
 *
 * @throws Reason when that cannot or must not be
 */
export function reach(target: Target, ways: Ways, signal: AbortSignal): Promise<Socket> {
  const end = performance.now() + reachPatience;
  return upTo(reachPatience, signal, new Reason("no connection in time"), async (signal) => {
    const addresses = pick(await checkedAddresses(target, ways.resolve, signal));
    for (const [at, address] of addresses.entries()) {
      const part = (end - performance.now()) / (addresses.length - at);
      const late = new Reason(`no connection to ${address} in time`);
      try {
        return await upTo(part, signal, late, (signal) => open(address, target, ways, signal));
      } catch (error) {
        if (at === addresses.length - 1 || signal.aborted) throw error;
      }
    }
    throw new Reason("the name has no address");
  });
}

async function checkedAddresses(target: Target, resolve: Resolve, signal: AbortSignal): Promise<string[]> {
  const { host, isAddress, isAllowed } = target;
  if (isAddress) return checked([host], (address) => isAllowed || isPublic(address));
  const late = new Reason("the name was not resolved in time");
  const found = await upTo(resolvePatience, signal, late, (signal) => resolve(host, { isAllowed, signal }));
  if (found.length > mostAddresses) throw new Reason("the name has too many addresses");
  return checked(found, isAllowed ? isOfOwnNetwork : isPublic);
}

/** All or none: whoever mixes forbidden addresses with others wants them to be tried. */
function checked(addresses: readonly string[], mayBe: (address: string) => boolean): string[] {
  const forbidden = addresses.find((address) => isIP(address) === 0 || !mayBe(address));
  if (forbidden !== undefined) throw new Reason(`forbidden address ${forbidden}`);
  return [...addresses];
}

/** One of each family where there are both, IPv4 first. */
function pick(addresses: readonly string[]): string[] {
  const [v4, v6] = [4, 6].map((family) => addresses.filter((address) => isIP(address) === family));
  const [firstV4 = [], firstV6 = []] = [v4?.slice(0, 1), v6?.slice(0, 1)];
  return [...firstV4, ...firstV6, ...(v4?.slice(1) ?? []), ...(v6?.slice(1) ?? [])].slice(0, tries);
}

async function open(address: string, target: Target, ways: Ways, signal: AbortSignal): Promise<Socket> {
  const socket = await ways.dial(address, target.port, signal);
  socket.on("error", () => undefined); // until somebody else listens, and after
  if (signal.aborted) socket.destroy();
  signal.throwIfAborted();
  return target.isSecure ? secure(socket, target, ways.authorities, signal) : socket;
}

/** TLS over a connection: the certificate must be for the target's name, and of somebody who is trusted. */
function secure(
  socket: Socket,
  { host, isAddress }: Target,
  authorities: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const options: ConnectionOptions = {
    socket,
    host,
    ALPNProtocols: ["http/1.1"],
    minVersion: "TLSv1.2",
    rejectUnauthorized: true, // whatever the environment says
    ...(isAddress ? {} : { servername: host }),
    ...(authorities ? { ca: [...authorities] } : {}),
  };
  return settle(connectSecurely(options), "secureConnect", signal);
}

/** How connections are made when nobody says otherwise. */
export const dialAddress: Dial = (address, port, signal) =>
  settle(connect({ host: address, port, noDelay: true }), "connect", signal);

/** The socket when the event has come; destroyed when it fails or the signal comes first. */
function settle(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    const end = () => signal.removeEventListener("abort", giveUp);
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
      reject(new Reason("closed before it was open"));
    });
    socket.on("error", () => undefined);
  });
}
