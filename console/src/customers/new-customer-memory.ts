/** What a new customer begins with: the text that found no customer, or the number that calls. Used once, kept nowhere else. */
let offered: { name?: string; address?: string } = {};

export function offerName(name: string): void {
  offered = name ? guess(name) : {};
}

export function offerAddress(address: string): void {
  offered = { address };
}

/** A number or an address is no name. */
function guess(text: string): { name?: string; address?: string } {
  if (text.includes("@") || (/^[+0-9()/.\s-]+$/.test(text) && text.replaceAll(/\D/g, "").length >= 5))
    return { address: text };
  return { name: text };
}

export function takeOffer(): { firstname: string; lastname: string; address: string } {
  const { name = "", address = "" } = offered;
  offered = {};
  const words = name.split(/\s+/u);
  const lastname = words.length > 1 ? (words.pop() ?? "") : "";
  return { firstname: words.join(" "), lastname, address };
}
