/** What a CRM answered to a trial: how it went, whom it knows, and what would be left out. */
import type { Brand, BrandCrmTest } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "../../../session/api.ts";
import { useMay } from "../../../session/session.tsx";
import { useText } from "../../../text/text.tsx";
import { useTexts } from "../../../text/texts.ts";
import { Icon } from "../../../ui/icon.tsx";
import { Avatar, Foreign, nameOf as nameOfCustomer, type Named } from "../../../ui/person.tsx";
import { lookupTexts } from "./text.ts";

type Mapped = BrandCrmTest["mapped"][number];

interface AnswerProps {
  brand: Brand;
  trial: BrandCrmTest;
  /** the name of a field in words */
  nameOf: (field: string) => string;
}

export function Answer({ brand, trial, nameOf }: AnswerProps) {
  const text = useTexts(lookupTexts);
  const words = useText();
  const { failure, status, milliseconds, results, mapped } = trial;
  const left = new Map(
    mapped.flatMap(({ skipped }) => skipped).map((one) => [`${one.field} ${one.message}`, one]),
  );
  return (
    <div className="answer">
      <div className="ans-h">
        <span className={failure ? "dot bad" : "dot good"} />
        <b>{status ?? text.noAnswer}</b>
        <span className="t2">{text.within(milliseconds)}</span>
        {results !== null && <span className="t3 end">{text.people(results)}</span>}
      </div>
      <p className="mono url">
        GET <Foreign>{trial.url}</Foreign>
      </p>
      {trial.headers.length > 0 && (
        <p className="xsmall t3">
          {text.sentHeaders} <Foreign>{trial.headers.join(", ")}</Foreign>
        </p>
      )}
      {failure && (
        <div className="tell bad">
          <Icon name="warning" />
          <div>
            <p>
              {failure.code === "crm_timeout"
                ? text.timedOut
                : words.failure.refused(failure.code, undefined, failure.message)}
            </p>
            <p>{text.nothingChanged}</p>
          </div>
        </div>
      )}
      {results === 0 && <p className="small t2">{text.knowsNobody}</p>}
      {mapped.length > 0 && (
        <ol className="people">
          {mapped.map((person, place) => (
            <Person key={place} place={place} brandId={brand.id} person={person} />
          ))}
        </ol>
      )}
      {left.size > 0 && (
        <div className="tell warn">
          <Icon name="warning" />
          <div>
            <b>{text.leftOut}</b>
            <ul>
              {[...left].map(([key, { field, message }]) => (
                <li key={key}>
                  <Foreign>{nameOf(field)}</Foreign>: {message}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {(results ?? 0) > 1 && <p className="small t2">{text.nobodyGuessed}</p>}
    </div>
  );
}

/** One result, and whether a customer with its primary id is in Dossier. */
function Person({ place, brandId, person }: { place: number; brandId: number; person: Mapped }) {
  const text = useTexts(lookupTexts);
  const { primaryId, firstname, lastname, channels } = person;
  const mayRead = useMay("CUSTOMER_READ");
  const { data: known } = useQuery({
    queryKey: ["by-primary-id", brandId, primaryId],
    enabled: mayRead && primaryId !== "",
    queryFn: async ({ signal }) =>
      (await api.customer.listByPrimaryId({ primaryId, brandId, itemLimit: 1 }, { signal })).items[0] ?? null,
  });
  const named: Named = { id: place + 1, primaryId, firstname, lastname };
  const name = firstname || lastname || primaryId ? nameOfCustomer(named) : (channels[0]?.address ?? "?");
  return (
    <li>
      <Avatar customer={named} size="s" />
      <div>
        <b>
          <Foreign>{name}</Foreign>
        </b>
        <small>
          {primaryId && (
            <span className="mono">
              <Foreign>{primaryId}</Foreign>
            </span>
          )}
          {known && (
            <>
              {" · "}
              <Link className="link" href={`/customers/${known.id}`}>
                {text.isKnown}
              </Link>
            </>
          )}
          {known === null && ` · ${text.wouldBeNew}`}
        </small>
      </div>
    </li>
  );
}
