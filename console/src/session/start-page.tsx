/** Signs in by the one-time link of the terminal. Its token is taken out of the address before anything else runs. */
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../text/text.tsx";
import { usePageTitle } from "../ui/page-title.ts";
import { useSession } from "./session.tsx";
import { SignInPage } from "./sign-in.tsx";

let token = "";

/** Takes the token out of the address of the page. */
export function takeStartToken(): void {
  if (location.pathname !== "/start" || !location.hash) return;
  token = location.hash.slice(1);
  history.replaceState(null, "", "/start");
}

export function StartPage() {
  const text = useText();
  usePageTitle(text.signIn.link);
  const { signIn } = useSession();
  const [, navigate] = useLocation();
  const [isOver, setOver] = useState(token === "");
  const isSent = useRef(false);
  useEffect(() => {
    if (isSent.current || token === "") return;
    isSent.current = true;
    signIn(token).then(
      () => navigate("/", { replace: true }),
      () => setOver(true),
    );
    token = "";
  }, [signIn, navigate]);
  if (isOver) return <SignInPage message={text.signIn.linkUsed} />;
  return <p className="page t2">{text.signIn.link}</p>;
}
