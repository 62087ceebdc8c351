/** How a customer is called: given and family name in the order of their script, else a number, an address, the id. */
import type { Channel, Customer } from "@dossier/api";

const han = /^[\p{Script=Han}\p{Script=Hangul}]+$/u;
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const cjk = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u;

export type Named = Pick<Customer, "id" | "firstname" | "lastname" | "primaryId"> & { channels?: Channel[] };

/** The name of a customer as its own script writes it. */
export function nameOf({ id, firstname, lastname, primaryId, channels = [] }: Named): string {
  const [given, family] = [firstname.trim(), lastname.trim()];
  if (given && family) {
    if (han.test(given) && han.test(family)) return `${family}${given}`;
    if (cjk.test(given) && cjk.test(family) && kana.test(given + family)) return `${family} ${given}`;
    return `${given} ${family}`;
  }
  return given || family || channels[0]?.address || primaryId || `#${id}`;
}

const first = (text: string) => [...text.trim()].find((one) => /\p{L}|\p{N}/u.test(one)) ?? "";

/** One or two letters for the picture of a customer. */
export function initialsOf(customer: Named): string {
  const { firstname, lastname } = customer;
  const letters = [first(firstname), first(lastname)].filter(Boolean);
  if (
    letters.length === 2 &&
    letters.every((one) => /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(one))
  )
    return letters.join("").toUpperCase();
  return (letters[0] ?? first(nameOf(customer))).toUpperCase() || "#";
}

export function Avatar({ customer, size = "" }: { customer: Named; size?: "" | "s" | "l" }) {
  return (
    <span className={`av ${size}`} data-h={customer.id % 6} aria-hidden="true">
      {initialsOf(customer)}
    </span>
  );
}

/** Foreign text, apart from the direction of the text around it. */
export function Foreign({ children }: { children: string }) {
  return <bdi dir="auto">{children}</bdi>;
}

/** An address, which may break behind its @. */
export function Address({ children }: { children: string }) {
  const at = children.indexOf("@") + 1;
  if (at === 0) return <Foreign>{children}</Foreign>;
  return (
    <bdi dir="auto">
      {children.slice(0, at)}
      <wbr />
      {children.slice(at)}
    </bdi>
  );
}

/** The name of a brand with its colour. */
export function Brand({ id, name }: { id: number; name: string }) {
  return (
    <span className={`brand b${((id - 1) % 6) + 1}`}>
      <Foreign>{name}</Foreign>
    </span>
  );
}
