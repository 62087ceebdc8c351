// A few hundred invented people, the same at every start. Addresses are of example.org; the telephone numbers are those
// that Germany keeps free for films.
const firstnames = [
  "Ada",
  "Björn",
  "Chiara",
  "Dmitri",
  "Élise",
  "Fatma",
  "Greta",
  "Hugo",
  "İpek",
  "Jonas",
  "Kasia",
];
const lastnames = [
  "Arslan",
  "Brandt",
  "Costa",
  "Dvořák",
  "Eriksen",
  "Fontaine",
  "García",
  "Hoxha",
  "Ivanova",
  "Jansen",
];
const tiers = ["gold", "silver", "bronze"];

/** Everybody the CRM knows. */
export const people = Array.from({ length: 300 }, (_, n) => {
  const firstname = firstnames[n % firstnames.length];
  const lastname = lastnames[(n * 7 + Math.floor(n / 11)) % lastnames.length];
  return {
    primary_id: `CRM-${String(n + 1).padStart(4, "0")}`,
    firstname,
    lastname,
    email: `${plain(firstname)}.${plain(lastname)}.${n + 1}@example.org`,
    telephone: `+493023125${String(n).padStart(3, "0")}`,
    custom_tier: tiers[n % tiers.length],
    custom_orders: (n * 13) % 40,
  };
});

function plain(name) {
  const letters = name.normalize("NFD").replace(/\p{M}/gu, "");
  return letters.toLowerCase().replace("ı", "i");
}

/** The people whom an answer is about, by the query of the request. */
export function find(query) {
  const primaryId = query.get("primaryID");
  if (primaryId !== null) return people.filter((one) => one.primary_id === primaryId);
  const address = query.get("address") ?? "";
  if (address === "several@example.org") return people.slice(0, 2);
  const field = query.get("channelAddressType") === "email" ? "email" : "telephone";
  return people.filter((one) => one[field] === address.toLowerCase());
}
