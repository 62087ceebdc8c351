/** Sign-in: the form, as a page and over the page of a session that has ended. */
import { type SyntheticEvent, useId, useState } from "react";
import { useText } from "../text/text.tsx";
import { errorText } from "../ui/error-text.ts";
import { Icon } from "../ui/icon.tsx";
import { Mark, Word } from "../ui/logo.tsx";
import { usePageTitle } from "../ui/page-title.ts";
import { CopyButton } from "../ui/copy.tsx";
import { Art } from "./art.tsx";
import { useSession } from "./session.tsx";

const command = "npm run -s dossier -- start-link";

/** The field for a key and its button. */
export function SignInForm({ message }: { message?: string | undefined }) {
  const text = useText();
  const { signIn } = useSession();
  const [isShown, setShown] = useState(false);
  const [fault, setFault] = useState(message);
  const [isBusy, setBusy] = useState(false);
  const id = useId();

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem("key") as HTMLInputElement;
    const key = field.value.trim();
    if (!key) return setFault(text.signIn.empty);
    setBusy(true);
    try {
      await signIn(key);
    } catch (error) {
      setFault(errorText(error, text));
      setBusy(false);
      field.select();
    }
  }

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <div className="field">
        <label htmlFor={id}>{text.signIn.key}</label>
        <div className={fault ? "input wrong" : "input"}>
          <input
            id={id}
            name="key"
            className="mono"
            type={isShown ? "text" : "password"}
            autoComplete="current-password"
            spellCheck={false}
            autoFocus
            aria-invalid={Boolean(fault)}
            aria-describedby={`${id}-fault`}
          />
          <button
            type="button"
            className="btn ghost xs icon"
            aria-label={isShown ? text.signIn.hide : text.signIn.show}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
          >
            <Icon name="eye" size={15} />
          </button>
        </div>
        <span className="fault" id={`${id}-fault`} role="alert">
          {fault && (
            <>
              <Icon name="warning" size={14} /> {fault}
            </>
          )}
        </span>
      </div>
      <button type="submit" className="btn pri wide" disabled={isBusy}>
        {text.signIn.act}
      </button>
    </form>
  );
}

export function SignInPage({ message }: { message?: string }) {
  const text = useText();
  usePageTitle(text.signIn.title);
  return (
    <div className="gate">
      <main className="gate-form">
        <div className="logo">
          <Mark size={30} />
          <Word height={21} />
        </div>
        <div className="gate-in">
          <h1>{text.signIn.title}</h1>
          <p className="t2">{text.signIn.lead}</p>
          <SignInForm message={message} />
          <p className="small t3 help">{text.signIn.noKey}</p>
          <div className="cmd">
            <code>{command}</code>
            <CopyButton value={command} what={text.signIn.command} />
          </div>
        </div>
        <p className="xsmall t3 gate-foot">
          <a href="/docs/index" className="plain">
            {text.nav.documentation}
          </a>
          <a href="/docs/api" className="plain">
            {text.nav.explorer}
          </a>
        </p>
      </main>
      <div className="gate-art">
        <Art />
      </div>
    </div>
  );
}
