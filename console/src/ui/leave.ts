/**
 * Leave guard: a form with something that is not saved holds up every way to another page, and asks first. One form at a
 * time; without one nothing is held up.
 */
import type { NavigateOptions } from "wouter";

type Go = () => void;
let ask: ((go: Go) => void) | undefined;

/** Sets what is asked before the page is left; undefined: nothing. */
export function holdUp(next: ((go: Go) => void) | undefined): void {
  ask = next;
}

/** Goes to another page, or asks first. The filters of a page are no other page. */
export function aroundNav(
  navigate: (to: string, options?: NavigateOptions) => void,
  to: string,
  options?: NavigateOptions,
): void {
  const go = () => navigate(to, options);
  if (ask && new URL(to, location.href).pathname !== location.pathname) ask(go);
  else go();
}
