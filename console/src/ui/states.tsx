/** States of a part besides full: empty, loading, failed, not allowed. Each says what is, what it means, what to do. */
import { DossierError } from "@dossier/api";
import { type ReactNode, useEffect, useState } from "react";
import { useText } from "../text/text.tsx";
import { Icon, type IconName } from "./icon.tsx";

interface BlankProps {
  icon: IconName;
  title: string;
  hint?: string | undefined;
  isBad?: boolean;
  children?: ReactNode;
}

export function Blank({ icon, title, hint, isBad = false, children }: BlankProps) {
  return (
    <div className={isBad ? "blank bad" : "blank"}>
      <span className="blank-i">
        <Icon name={icon} size={22} />
      </span>
      <b>
        <bdi>{title}</bdi>
      </b>
      {hint && <p>{hint}</p>}
      {children && <div className="row-gap">{children}</div>}
    </div>
  );
}

const widths = [62, 44, 54, 62, 44];

/** Rows that are being read; nothing for the first 150 ms, so that quick answers do not blink. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  const text = useText();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div className="skels" aria-busy="true" role="status" aria-label={text.words.loading}>
      {widths.slice(0, rows).map((width, place) => (
        // biome-ignore lint: rows have no other name than their place
        <div key={place}>
          <span className="skel sq" />
          <span className="grow">
            <span className="skel" data-w={width} />
            <span className="skel thin" data-w={width + 20} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** What a failed part shows: the error in words, what to do, and the request's id for the log. */
export function Failure({
  error,
  retry,
  title,
}: {
  error: unknown;
  retry?: (() => void) | undefined;
  title?: string;
}) {
  const text = useText();
  const known = error instanceof DossierError ? error : undefined;
  const isForbidden = known?.code === "permission_missing";
  return (
    <Blank
      icon={isForbidden ? "lock" : "warning"}
      isBad={!isForbidden}
      title={title ?? text.failure.title}
      hint={known ? text.failure.refused(known.code, undefined, known.message) : text.failure.unknown}
    >
      {retry && !isForbidden && (
        <button type="button" className="btn sm" onClick={retry}>
          <Icon name="refresh" />
          {text.words.tryNow}
        </button>
      )}
      {known?.requestId && <code className="xsmall t3">{text.words.request(known.requestId)}</code>}
    </Blank>
  );
}
