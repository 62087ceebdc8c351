/** One customer on one screen: who it is and what is open on top, the story below. Parts load and fail apart. */
import { isDossierError, type Customer } from "@dossier/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { withoutReads } from "../data/live.ts";
import { customerQuery } from "../data/queries.ts";
import { Bar } from "../frame/frame.tsx";
import { TrailTools } from "../frame/trail.tsx";
import { api } from "../session/api.ts";
import { useMay } from "../session/session.tsx";
import { useText } from "../text/text.tsx";
import { Timeline } from "../timeline/timeline.tsx";
import { Icon } from "../ui/icon.tsx";
import { useKeys } from "../ui/keys.ts";
import { usePageTitle } from "../ui/page-title.ts";
import { Foreign, nameOf } from "../ui/person.tsx";
import { Blank, Failure, Skeleton } from "../ui/states.tsx";
import { useErrorToast, useToast } from "../ui/toast.tsx";
import { CallStrip } from "./call-strip.tsx";
import { Channels } from "./channels.tsx";
import { Details } from "./details.tsx";
import { CustomerHead } from "./customer-head.tsx";
import { NowCards } from "./now-cards.tsx";

const AddChannel = lazy(async () => ({ default: (await import("./add-channel.tsx")).AddChannel }));
const AddEvent = lazy(async () => ({ default: (await import("../timeline/add-event.tsx")).AddEvent }));
const Erase = lazy(async () => ({ default: (await import("./erase.tsx")).Erase }));

export type CustomerDialog = "channel" | "event" | "erase";

export function CustomerPage({ id }: { id: number }) {
  const text = useText();
  usePageTitle(text.customer.title(id));
  const [gone, setGone] = useState<"deleted" | "erased">();
  // who is gone is not asked for again, whatever tells of the change
  const { data, error, refetch } = useQuery({ ...customerQuery(id), enabled: !gone });
  const parent = { href: "/customers", label: text.nav.customers };
  if (gone || (isDossierError(error, "not_found") && !data))
    return (
      <>
        <Bar parent={parent}>
          <h1>{text.customer.title(id)}</h1>
        </Bar>
        <Gone
          id={id}
          wasHere={gone !== undefined || data !== undefined}
          isErased={gone === "erased"}
          onBack={() => setGone(undefined)}
        />
      </>
    );
  if (!data)
    return (
      <>
        <Bar parent={parent}>
          <h1>{text.customer.title(id)}</h1>
        </Bar>
        <div className="page">
          {error ? <Failure error={error} retry={() => void refetch()} /> : <Skeleton rows={4} />}
        </div>
      </>
    );
  return (
    <Loaded
      key={id}
      customer={data}
      onGone={setGone}
      onBack={() => setGone(undefined)}
      isDeletedElsewhere={isDossierError(error, "not_found")}
    />
  );
}

interface LoadedProps {
  customer: Customer;
  onGone: (how: "deleted" | "erased") => void;
  /** it is there again */
  onBack: () => void;
  isDeletedElsewhere: boolean;
}

function Loaded({ customer, onGone, onBack, isDeletedElsewhere }: LoadedProps) {
  const text = useText();
  const { id } = customer;
  const [dialog, setDialog] = useState<CustomerDialog>();
  const [showsProvenance, setProvenance] = useState(false);
  const [showsFacts, setFacts] = useState(false);
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const toast = useToast();
  const tell = useErrorToast();
  // a state, so that a timeline which is known already is drawn once its pane is there
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const mayWrite = useMay("CUSTOMER_CUD");
  const name = nameOf(customer);
  useEffect(() => {
    if (isDeletedElsewhere) onGone("deleted");
  }, [isDeletedElsewhere, onGone]);

  const askCrm = async () => {
    const channel = customer.channels[0];
    const input = customer.primaryId
      ? { primaryId: customer.primaryId }
      : { channel: channel?.channelName ?? "", address: channel?.address ?? "" };
    try {
      const result = await api.customer.syncWithCrm(
        { brandId: customer.brandId, ...input },
        { retry: false },
      );
      const said =
        result.id === null
          ? text.customer.crmUnknown
          : result.outcome === "unchanged"
            ? text.customer.crmUnchanged
            : text.customer.crmUpdated;
      toast({ text: said, icon: "refresh" });
      await queries.invalidateQueries({ queryKey: customerQuery(id).queryKey });
    } catch (error) {
      tell(error);
    }
  };
  const restore = async () => {
    try {
      await api.customer.restore({ id });
    } catch (error) {
      tell(error);
      return;
    }
    queries.removeQueries({ queryKey: customerQuery(id).queryKey });
    onBack();
    navigate(`/customers/${id}`);
    toast({ text: text.customer.restored(name), icon: "undo" });
  };
  const remove = async () => {
    try {
      await withoutReads(queries, id, () => api.customer.delete({ id }));
    } catch (error) {
      tell(error);
      return;
    }
    onGone("deleted");
    toast({ text: text.customer.deleted(name), icon: "trash", undo: () => void restore() });
  };
  useKeys(
    useMemo(
      () => ({
        back: () => navigate("/customers"),
        addEvent: () => setDialog("event"),
        addChannel: () => setDialog("channel"),
        askCrm: () => void askCrm(),
      }),
      [id, customer],
    ),
  );
  const close = () => setDialog(undefined);
  return (
    <>
      <Bar
        parent={{ href: "/customers", label: text.nav.customers }}
        tools={<TrailTools noun="customers" id={id} />}
      >
        <b>
          <Foreign>{name}</Foreign>
        </b>
      </Bar>
      <CallStrip customer={customer} onNote={() => setDialog("event")} />
      <div className="scroll" ref={setScroller}>
        <div className="cust">
          <CustomerHead
            customer={customer}
            onEvent={() => setDialog("event")}
            onCrm={() => void askCrm()}
            menu={[
              {
                label: showsProvenance ? text.customer.hideProvenance : text.customer.everything,
                icon: "info",
                run: () => setProvenance(!showsProvenance),
              },
              ...(mayWrite
                ? ([
                    "line",
                    { label: text.customer.delete, icon: "trash", run: () => void remove() },
                    {
                      label: text.customer.erase,
                      icon: "shield",
                      isBad: true,
                      run: () => setDialog("erase"),
                    },
                  ] as const)
                : []),
            ]}
          />
          <aside className={showsFacts ? "facts all" : "facts"} aria-label={text.customer.about(name)}>
            <Channels customer={customer} onAdd={() => setDialog("channel")} />
            <Details customer={customer} showsProvenance={showsProvenance} />
            <button
              type="button"
              className="btn ghost phone-only"
              aria-expanded={showsFacts}
              onClick={() => setFacts(!showsFacts)}
            >
              {showsFacts ? text.words.showLess : text.words.showMore}
            </button>
          </aside>
          <div className="story">
            <NowCards customer={customer} />
            <Timeline customer={customer} scroller={scroller} />
          </div>
        </div>
      </div>
      <Suspense>
        {dialog === "channel" && <AddChannel customer={customer} onClose={close} />}
        {dialog === "event" && <AddEvent customer={customer} onClose={close} />}
        {dialog === "erase" && (
          <Erase customer={customer} onClose={close} onErased={() => onGone("erased")} />
        )}
      </Suspense>
    </>
  );
}

interface GoneProps {
  id: number;
  wasHere: boolean;
  isErased: boolean;
  onBack: () => void;
}

function Gone({ id, wasHere, isErased, onBack }: GoneProps) {
  const text = useText();
  const queries = useQueryClient();
  const mayWrite = useMay("CUSTOMER_CUD");
  const [fault, setFault] = useState<unknown>();
  const restore = async () => {
    try {
      await api.customer.restore({ id });
      queries.removeQueries({ queryKey: customerQuery(id).queryKey });
      onBack();
    } catch (error) {
      setFault(error);
    }
  };
  if (fault) return <Failure error={fault} />;
  const isDeleted = wasHere && !isErased;
  return (
    <div className="page">
      <Blank
        icon="trash"
        title={isDeleted ? text.customer.gone : text.customer.missing}
        hint={isDeleted ? text.customer.goneHint : text.customer.missingHint}
      >
        {isDeleted && mayWrite && (
          <button type="button" className="btn sm pri" autoFocus onClick={() => void restore()}>
            <Icon name="undo" />
            {text.customer.restore}
          </button>
        )}
      </Blank>
    </div>
  );
}
