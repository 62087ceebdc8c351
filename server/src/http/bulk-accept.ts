/**
 * Bulk accept: several handles on one listening socket. libuv (since 1.45) accepts one connection per handle and turn
 * of the event loop, so a burst waits in the kernel's backlog for as many turns. Node has no call that duplicates a
 * descriptor (`reusePort` would let a second server take the port unnoticed): a child process gets the socket once,
 * sends it back several times, and exits.
 */
import { spawn } from "node:child_process";
import cluster from "node:cluster";
import type { Server } from "node:http";
import type { Log } from "../log.ts";

/** The relevant part of Node's handle of a listening socket. */
interface Handle {
  onconnection?: ((status: number, client?: { close(): void }) => void) | undefined;
  listen?(backlog: number): number;
  close(): void;
}

/** Handles besides the first. */
const extraHandles = 15;
/** Milliseconds after which a child that has not exited is killed. */
const timeoutMs = 5000;

const childProgram = `process.on("message", (more, handle) => {
  const next = (left) => left > 0 ? process.send("again", handle, () => next(left - 1)) : process.disconnect();
  next(more);
});`;

/**
 * Lets a listening server accept up to sixteen connections per turn of the event loop. It is optional: where no process
 * can be started, or in a cluster worker, which receives its connections from the primary, nothing changes.
 *
 * @param backlog the server's listen backlog
 */
export function acceptInBulk(server: Server, backlog: number, log: Log): void {
  const { _handle: first } = server as unknown as { _handle?: Handle | null };
  if (cluster.isWorker || typeof first?.onconnection !== "function" || typeof first.listen !== "function")
    return;
  const helper = spawn(process.execPath, ["-e", childProgram], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: {},
    timeout: timeoutMs,
  });
  helper.unref();
  const handles: Handle[] = [];
  let isClosed = false;
  helper.on("error", (error) => log.debug({ err: error }, "connections are accepted one at a time"));
  helper.on("message", (_again, received) => {
    const handle = received as unknown as Handle | undefined;
    if (!handle) return;
    if (isClosed) return handle.close();
    handle.onconnection = (status, client) => {
      const { _handle: open } = server as unknown as { _handle?: Handle | null };
      if (open?.onconnection) open.onconnection(status, client);
      else client?.close();
    };
    if (handle.listen?.(backlog) === 0) handles.push(handle);
    else handle.close();
  });
  const end = () => {
    isClosed = true;
    for (const handle of handles.splice(0)) handle.close();
  };
  onClosing(server, end);
  helper.send(extraHandles, first as never, (error) => {
    if (error) log.debug({ err: error }, "connections are accepted one at a time");
  });
}

/** Calls `end` as soon as a server stops listening; its "close" event waits for all connections to end. */
function onClosing(server: Server, end: () => void): void {
  const close = server.close.bind(server);
  server.close = (done?: (error?: Error) => void) => {
    end();
    return close(done);
  };
}
