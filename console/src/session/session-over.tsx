/** The sign-in over the page of a session that has ended: everything typed stays where it is. */
import { useText } from "../text/text.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SignInForm } from "./sign-in.tsx";

export function SessionOver() {
  const text = useText();
  return (
    <Dialog title={text.signIn.over} onClose={() => undefined} isFixed>
      <p className="t2">{text.signIn.overLead}</p>
      <SignInForm />
    </Dialog>
  );
}
