/** Parts of the pages of webhooks: the state as a pill, and the secret with how to check it. */
import type { Webhook } from "@dossier/api";
import { useTexts } from "../../text/texts.ts";
import { SecretOnce } from "../parts/secret-once.tsx";
import { webhookTexts } from "./text.ts";

const looks: Record<Webhook["state"], string> = { active: "good", paused: "", off: "bad" };

export function StatePill({ state }: Pick<Webhook, "state">) {
  const text = useTexts(webhookTexts);
  return <span className={`pill ${looks[state]}`}>{text.states[state]}</span>;
}

interface SecretProps {
  title: string;
  secret: string;
  onClose: () => void;
}

export function Secret({ title, secret, onClose }: SecretProps) {
  const text = useTexts(webhookTexts);
  return (
    <SecretOnce title={title} secret={secret} onClose={onClose}>
      <p className="hand-over">
        <span>
          {text.list.check}{" "}
          <a className="link" href="/docs/webhooks#verify-the-signature">
            {text.list.checkLink}
          </a>
        </span>
      </p>
    </SecretOnce>
  );
}
