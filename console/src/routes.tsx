/** Routes: the only file that knows the router. What is not there yet has no route and no link. */
import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation, useSearchParams } from "wouter";
import { CallPage } from "./customers/call-page.tsx";
import { listenForCalls, useCall } from "./customers/call.ts";
import { CustomerPage } from "./customers/customer-page.tsx";
import { CustomersPage } from "./customers/customers-page.tsx";
import { NewCustomerPage } from "./customers/new-customer-page.tsx";
import { Bar, Frame } from "./frame/frame.tsx";
import { SignInPage } from "./session/sign-in.tsx";
import { useMay, useSession } from "./session/session.tsx";
import { StartPage } from "./session/start-page.tsx";
import { useText } from "./text/text.tsx";
import { TicketPage } from "./tickets/ticket-page.tsx";
import { TicketsPage } from "./tickets/tickets-page.tsx";
import { Blank } from "./ui/states.tsx";
import { usePageTitle } from "./ui/page-title.ts";

const SettingsRoutes = lazy(async () => ({
  default: (await import("./settings/settings-routes.tsx")).SettingsRoutes,
}));

const WelcomePage = lazy(async () => ({ default: (await import("./welcome/welcome-page.tsx")).WelcomePage }));
const DeletedPage = lazy(async () => ({
  default: (await import("./customers/deleted/deleted-page.tsx")).DeletedPage,
}));

/** A path of this page to go on with after the sign-in; never another place. */
function nextPath(): string {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  return /^\/(?![/\\])[\w/-]*$/.test(next) && !next.startsWith("/sign-in") ? next : "/";
}

export function Routes() {
  const { session } = useSession();
  const [path, navigate] = useLocation();
  useEffect(() => listenForCalls(navigate), [navigate]);
  if (path === "/start") return <StartPage />;
  if (session === undefined) return null;
  if (session === null) {
    if (path === "/sign-in") return <SignInPage />;
    return (
      <Redirect to={path === "/" || path === "/customers" ? "/sign-in" : `/sign-in?next=${path}`} replace />
    );
  }
  return (
    <Switch>
      <Route path="/sign-in">
        <Redirect to={nextPath()} replace />
      </Route>
      <Route>
        <Frame>
          <Pages />
        </Frame>
      </Route>
    </Switch>
  );
}

function Pages() {
  const [mayRead, mayTickets] = [useMay("CUSTOMER_READ"), useMay("TICKET_READ")];
  const call = useCall();
  const mayCreate = useMay("CUSTOMER_READ", "CUSTOMER_CUD");
  const mayWelcome = useMay("SETTINGS_CRUD", "CUSTOMER_READ");
  const home = mayRead ? "/customers" : "/tickets";
  return (
    <Switch>
      {mayWelcome && (
        <Route path={/^\/(welcome)?$/}>
          <Suspense>
            <WelcomePage home={home} />
          </Suspense>
        </Route>
      )}
      <Route path="/">
        <Redirect to={home} replace />
      </Route>
      {mayRead && <Route path="/customers" component={CustomersOrDeleted} />}
      {mayCreate && <Route path="/customers/new" component={NewCustomerPage} />}
      {mayRead && <Route path="/customers/:id">{({ id }) => <Numbered id={id} page={CustomerPage} />}</Route>}
      {mayRead && (
        <Route path="/call">
          <CallPage key={call?.at.getTime()} />
        </Route>
      )}
      {mayTickets && <Route path="/tickets" component={TicketsPage} />}
      {mayTickets && <Route path="/tickets/:id">{({ id }) => <Numbered id={id} page={TicketPage} />}</Route>}
      <Route path="/settings/*?">
        <Suspense>
          <SettingsRoutes noPage={<NoPage />} />
        </Suspense>
      </Route>
      <Route>
        <NoPage />
      </Route>
    </Switch>
  );
}

/** The search, or, for who may bring customers back, the list of the deleted. */
function CustomersOrDeleted() {
  const [parameters] = useSearchParams();
  const mayRestore = useMay("CUSTOMER_CUD");
  if (!parameters.has("deleted") || !mayRestore) return <CustomersPage />;
  return (
    <Suspense>
      <DeletedPage />
    </Suspense>
  );
}

function Numbered({ id, page: Page }: { id: string; page: (props: { id: number }) => React.ReactNode }) {
  return /^[1-9]\d{0,15}$/.test(id) ? <Page key={id} id={Number(id)} /> : <NoPage />;
}

function NoPage() {
  const text = useText();
  usePageTitle(text.failure.noPage);
  return (
    <>
      <Bar>
        <h1>{text.failure.noPage}</h1>
      </Bar>
      <div className="page">
        <Blank icon="search" title={text.failure.noPage} hint={text.failure.noPageHint} />
      </div>
    </>
  );
}
