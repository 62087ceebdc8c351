/** Refusals of the server in Dutch, by their code. What the server says of a field or a value follows in its own words. */
import type { ClientCode, Code } from "@dossier/api";

/** A sentence for every code that a call of the console can be answered with. */
export const refusalsNl: Partial<Record<Code | ClientCode, string>> = {
  invalid_request: "De server kon deze aanvraag niet lezen.",
  invalid_field: "Deze invoer wordt niet aangenomen.",
  unknown_field: "De server kent een naam in deze aanvraag niet.",
  identifiers_disagree: "De gegevens wijzen niet dezelfde klant aan.",
  unknown_custom_field: "Dit merk neemt alleen eigen velden aan die er al zijn.",
  missing_key: "Er is geen sleutel meegestuurd.",
  invalid_key: "Deze sleutel is onbekend, verlopen of ingetrokken.",
  permission_missing: "Deze sleutel mag dit niet.",
  session_required: "Met deze sleutel kan alleen worden ingelogd.",
  not_found: "Dit bestaat niet, of deze sleutel ziet het niet.",
  channel_taken: "Dit adres is al van een andere klant van dit merk.",
  primary_id_taken: "Dit id is al van een andere klant van dit merk.",
  ambiguous_customer: "Dit past bij meer dan één klant.",
  crm_not_configured: "Dit merk heeft geen CRM.",
  crm_several_results: "Er is niets gewijzigd, want het CRM kent meer dan één klant met dit adres.",
  crm_failed: "Het CRM antwoordde niet zoals het moet.",
  crm_timeout: "Er is niets gewijzigd, want het antwoord van het CRM duurde te lang.",
  idempotency_conflict: "Deze aanvraag is al gedaan, of is nog bezig.",
  brand_in_use: "Dit merk heeft nog klanten, verwijderde klanten die terug te halen zijn, of tickets.",
  start_link_over: "Deze startlink is gebruikt of verlopen, of bestond nooit.",
  stale_version: "Iemand anders wijzigde deze klant intussen. Er is niets opgeslagen.",
  too_large: "Dit is te veel voor één aanvraag.",
  unsupported_media_type: "De server neemt een aanvraag in deze vorm niet aan.",
  rate_limited: "Dit waren te veel aanvragen kort na elkaar.",
  internal: "Er ging iets mis op de server. Zijn logboek zegt meer.",
  unavailable: "De database is niet bereikbaar, of de server heeft het te druk.",
  network_failed: "De server is niet bereikbaar. Of het gelukt is, is niet bekend.",
  timed_out: "De server antwoordde niet op tijd. Of het gelukt is, is niet bekend.",
};

/** Codes whose message says more than their sentence: which permission, which status, whether something was changed. */
const detailed: readonly string[] = [
  "invalid_request",
  "invalid_field",
  "unknown_field",
  "permission_missing",
  "ambiguous_customer",
  "crm_failed",
  "idempotency_conflict",
  "rate_limited",
  "unavailable",
] satisfies Code[];

export function refusedInDutch(code: string, fault: string | undefined, message: string): string {
  const sentence = (refusalsNl as Record<string, string | undefined>)[code];
  if (sentence === undefined) return fault ?? message;
  const detail = fault ?? (detailed.includes(code) ? message : undefined);
  return detail === undefined ? sentence : `${sentence.replace(/\.$/, ":")} ${detail}`;
}
