/**
 * Focus keeper: when what has the focus is taken away, such as a row that was deleted, the focus goes to what stands in its
 * place, to what had it before if that was a message, or to the main part. Without it Tab begins at the top again. Dialogs
 * and menus give the focus back themselves.
 */
const controls = "a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex='0']";

/** What lies over the page has its own focus. */
const over = "[role=dialog], [role=menu]";

interface Place {
  parent: Element;
  index: number;
}

let last: { element: HTMLElement; places: Place[]; isInMain: boolean } | undefined;
let former: HTMLElement | undefined;

/** Where an element stands in each of its parents, up to the main part. */
function placesOf(element: Element): Place[] {
  const places: Place[] = [];
  for (let one = element; one.parentElement && one.id !== "main"; one = one.parentElement)
    places.push({ parent: one.parentElement, index: [...one.parentElement.children].indexOf(one) });
  return places;
}

function remember({ target }: FocusEvent): void {
  if (!(target instanceof HTMLElement) || target.closest(over)) return;
  if (last?.isInMain && last.element !== target) former = last.element;
  last = { element: target, places: placesOf(target), isInMain: target.closest("main") !== null };
}

const controlIn = (element: Element | undefined) =>
  element?.matches(controls) ? (element as HTMLElement) : element?.querySelector<HTMLElement>(controls);

/** The nearest control: what followed has moved up into the place, and before the first comes nothing. */
function nearest(places: readonly Place[]): HTMLElement | null | undefined {
  for (const { parent, index } of places) {
    if (!parent.isConnected) continue;
    if (parent.id === "main") return undefined; // another page
    const found = controlIn(parent.children[index]) ?? controlIn(parent.children[index - 1]);
    if (found) return found;
  }
  return undefined;
}

function keep(): void {
  if (!last || last.element.isConnected || document.activeElement !== document.body) return;
  if (document.querySelector(over)) return;
  const { places, isInMain } = last;
  last = undefined;
  (isInMain ? nearest(places) : former)?.focus();
  // that may be gone too, or switched off
  if (document.activeElement === document.body) document.getElementById("main")?.focus();
}

/** Starts to keep the focus; once, when the page starts. */
export function keepFocus(): void {
  document.addEventListener("focusin", remember);
  new MutationObserver(keep).observe(document.body, { childList: true, subtree: true });
}
