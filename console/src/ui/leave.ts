/**
 * Leave guard: a form with something that is not saved holds up every way to another page, and asks first. One form at a
 * time; without one nothing is held up.
 */
import type { NavigateOptions } from "wouter";

type Go = () => void;

/** The page that is held, and what is asked before it is left. */
let held: { place: string; state: unknown; ask: (go: Go) => void } | undefined;

/** Sets what is asked before this page is left; undefined: nothing. */
export function holdUp(ask: ((go: Go) => void) | undefined): void {
  held = ask && { place: location.pathname + location.search, state: history.state, ask };
}

/** Goes to another page, or asks first. The filters of a page are no other page. */
export function aroundNav(
  navigate: (to: string, options?: NavigateOptions) => void,
  to: string,
  options?: NavigateOptions,
): void {
  const go = () => navigate(to, options);
  if (held && new URL(to, location.href).pathname !== location.pathname) held.ask(go);
  else go();
}

/**
 * Holds up the browser's back too; once, before the router listens. The browser is back by then: the held page takes its
 * place again until the person has chosen.
 */
export function listenForLeaving(): void {
  addEventListener("popstate", (event) => {
    if (!held) return;
    event.stopImmediatePropagation();
    history.pushState(held.state, "", held.place);
    held.ask(() => history.back());
  });
}
