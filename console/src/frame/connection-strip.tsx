/** The strip that says that there is no connection, or that the server asks to wait; it tries again by itself. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { setConnection, useConnection } from "../session/connection.ts";
import { useText } from "../text/text.tsx";
import { clock } from "../ui/format.ts";
import { Icon } from "../ui/icon.tsx";

const probeMs = 4000;

/** Whether the server answers; any answer counts, and none of them needs a key. */
async function probe(): Promise<boolean> {
  try {
    await fetch("/livez", { cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}

export function ConnectionStrip() {
  const text = useText();
  const connection = useConnection();
  const queries = useQueryClient();
  const wait = connection.state === "away" || connection.state === "limit" ? connection.seconds : 0;
  const [left, setLeft] = useState(wait);

  useEffect(() => {
    if (connection.state === "fine") return undefined;
    setLeft(wait);
    const again = async () => {
      if (!(await probe())) return;
      setConnection({ state: "fine" });
      void queries.invalidateQueries();
    };
    const timer = setInterval(
      () => {
        if (connection.state === "offline") void again();
        else setLeft((before) => before - 1);
      },
      connection.state === "offline" ? probeMs : 1000,
    );
    return () => clearInterval(timer);
  }, [connection, wait, queries]);
  useEffect(() => {
    if (wait === 0 || left > 0) return;
    setConnection({ state: "fine" });
    void queries.invalidateQueries();
  }, [left, wait, queries]);

  if (connection.state === "fine") return null;
  const say = {
    offline: () =>
      text.failure.offline(clock(connection.state === "offline" ? connection.since : new Date())),
    away: () => text.failure.away(Math.max(1, left)),
    limit: () => text.failure.limit(Math.max(1, left)),
  };
  return (
    <div className="strip" role="status">
      <Icon name={connection.state === "offline" ? "offline" : "clock"} />
      <span>
        {connection.state === "offline" && <b>{text.failure.offlineTitle} </b>}
        {say[connection.state]()}
      </span>
      <button
        type="button"
        className="btn xs"
        onClick={() => {
          setConnection({ state: "fine" });
          void queries.invalidateQueries();
        }}
      >
        {text.words.tryNow}
      </button>
    </div>
  );
}
