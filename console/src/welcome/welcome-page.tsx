/**
 * Welcome: the first steps on an installation without customers. What is done is read from the database; with customers
 * the page leads on, except while it is open, where it shows that they have come.
 */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link, Redirect, useLocation } from "wouter";
import { customerCountQuery } from "../data/queries.ts";
import { Bar } from "../frame/frame.tsx";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useSettingsPages } from "../settings/pages.ts";
import { useTexts } from "../text/texts.ts";
import { CopyButton } from "../ui/copy.tsx";
import { Icon } from "../ui/icon.tsx";
import { Mark } from "../ui/logo.tsx";
import { usePageTitle } from "../ui/page-title.ts";
import { isNamed, NameBrand } from "./name-brand.tsx";
import { welcomeTexts } from "./text.ts";

const refreshMs = 5000;

/** `home`: where the key goes on an installation with customers. */
export function WelcomePage({ home }: { home: string }) {
  const [path] = useLocation();
  const [isShown, setShown] = useState(false);
  const { data: count, error } = useQuery({ ...customerCountQuery, refetchInterval: refreshMs });
  if (count === undefined && !error) return null;
  if (count === 0 && !isShown) setShown(true);
  if (!isShown && count !== 0) return <Redirect to={home} replace />;
  if (path === "/") return <Redirect to="/welcome" replace />;
  return <Steps customers={count ?? 0} />;
}

function Steps({ customers }: { customers: number }) {
  const text = useTexts(welcomeTexts);
  usePageTitle(text.title);
  const { data: brands } = useQuery({
    queryKey: ["brands", "first"],
    queryFn: async ({ signal }) => (await api.brand.list({ itemLimit: 5 }, { signal })).items,
  });
  const [first] = brands ?? [];
  const named = brands !== undefined && isNamed(brands);
  const hasCustomers = customers > 0;
  const call = `${location.origin}/call`;
  return (
    <>
      <Bar>
        <h1>{text.title}</h1>
      </Bar>
      <div className="scroll" role="region" tabIndex={0} aria-label={text.title}>
        <div className="hello">
          <div className="hello-head">
            <Mark size={44} />
            <div>
              <h2 className="hello-t">{hasCustomers ? text.filled(customers) : text.empty}</h2>
              <p className="t2">{text.lead}</p>
            </div>
          </div>
          <ol className="todos">
            <Step number={1} name={text.brand} hint={text.brandHint} isDone={named} isNow={!named}>
              {brands && <NameBrand brands={brands} />}
            </Step>
            <Step
              number={2}
              name={text.customers}
              hint={hasCustomers ? text.customersDone : text.customersHint}
              isDone={hasCustomers}
              isNow={named && !hasCustomers}
            >
              {hasCustomers ? (
                <p>
                  <Link href="/customers" className="btn pri">
                    {text.toCustomers}
                  </Link>
                </p>
              ) : (
                <Ways brandId={first?.id ?? 1} />
              )}
            </Step>
            <Step number={3} name={text.telephone} hint={text.telephoneHint} isNow={named && hasCustomers}>
              <Command text={`${call}#{number}`} what={text.address} />
              <p className="small t3">{text.otherAddress}</p>
              <Command text={`${call}?number={number}`} what={text.address} />
            </Step>
          </ol>
        </div>
      </div>
    </>
  );
}

interface StepProps {
  number: number;
  name: string;
  hint: string;
  isDone?: boolean;
  isNow: boolean;
  children: ReactNode;
}

function Step({ number, name, hint, isDone = false, isNow, children }: StepProps) {
  const text = useTexts(welcomeTexts);
  return (
    <li className={`todo ${isDone ? "done" : isNow ? "next" : ""}`} aria-current={isNow ? "step" : undefined}>
      <span className="n">
        {isDone ? <Icon name="check" /> : number}
        {isDone && <span className="vh">{text.done}</span>}
      </span>
      <div className="grow">
        <h2>{name}</h2>
        <p>{hint}</p>
        {children}
      </div>
    </li>
  );
}

/** A text to copy. */
function Command({ text, what }: { text: string; what: string }) {
  return (
    <div className="cmd">
      <code>{text}</code>
      <CopyButton value={text} what={what} />
    </div>
  );
}

/** Ways to bring customers in, those that exist. */
function Ways({ brandId }: { brandId: number }) {
  const text = useTexts(welcomeTexts);
  const mayMake = useMay("CUSTOMER_CUD");
  const keys = useSettingsPages().find(({ path }) => path === "/settings/keys");
  const call = [
    `curl ${location.origin}/api/v2/customer -H "apiKey: $API_KEY" \\`,
    `  -F brand_id=${brandId} -F primary_id=K-1 -F firstname=Ada -F lastname=Lovelace \\`,
    "  -F extra_email=ada@example.org",
  ].join("\n");
  return (
    <>
      <section className="way-api" aria-labelledby="way-api">
        <h3 id="way-api">{text.program}</h3>
        <p className="small t2">{text.programHint}</p>
        <div className="cmd block">
          <pre tabIndex={0} aria-label={text.call}>
            <code>{call}</code>
          </pre>
          <CopyButton value={call} what={text.call} />
        </div>
        <p className="small t3">
          {text.keyHint}{" "}
          {keys ? (
            <Link className="link" href={keys.path}>
              {text.makeKey}
            </Link>
          ) : (
            <code>npm run -s dossier -- key create shop --permission CUSTOMER_CUD</code>
          )}
        </p>
      </section>
      <div className="ways">
        {mayMake && (
          <Link className="way" href="/customers/new">
            <Icon name="person" size={20} />
            <b>{text.byHand}</b>
            <small>{text.byHandHint}</small>
          </Link>
        )}
        <Link className="way" href={`/settings/brands/${brandId}/lookup`}>
          <Icon name="link" size={20} />
          <b>{text.crm}</b>
          <small>{text.crmHint}</small>
        </Link>
        <a className="way" href="/docs/moving">
          <Icon name="refresh" size={20} />
          <b>{text.helpdesk}</b>
          <small>{text.helpdeskHint}</small>
        </a>
      </div>
    </>
  );
}
