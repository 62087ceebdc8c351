/**
 * Operation 15: asks the brand's CRM anew and takes one result over. The question is asked between transactions; if the
 * brand's settings were changed meanwhile, or somebody was purged, it is asked once more rather than answered from before.
 */
import {
  type Api,
  type ChannelSent,
  type Decoded,
  DossierError,
  findType,
  invalid,
  normaliseAddress,
  type Output,
} from "@dossier/api";
import { type Ask, spelledBy } from "../context.ts";
import { CrmFailure, type Result } from "./response.ts";
import { type CrmBrand, findCrmBrand, lookUp } from "./client.ts";
import { type Mark, noteBefore, Outdated, Purged } from "./snapshot.ts";
import type { Asked } from "./query.ts";
import { type About, outcomeOf, settleResult, syncNews } from "./apply.ts";
import { result, skippedOf } from "../customer/update.ts";
import { checkPrimaryId } from "../customer/identify.ts";
import { answerAgain, write } from "../command.ts";

type Sent = Decoded<Api["customer"]["syncWithCrm"]>;
type Answer = Output<Api["customer"]["syncWithCrm"]>;

/** Operation 15. */
export async function syncWithCrm(ask: Ask, input: Sent): Promise<Answer> {
  const question = questionOf(ask, input);
  const again = await answerAgain<Answer>(ask);
  if (again) return again;
  try {
    return await whileOutdated(ask, input.brandId, question, (mark, results) =>
      take(ask, mark, question, results),
    );
  } catch (error) {
    throw error instanceof CrmFailure ? refusalOf(error) : error;
  }
}

/** Whom the CRM is asked about, on the wire and among our customers. */
export interface Question {
  asked: Asked;
  about: About;
}

/**
 * What a call asks.
 *
 * @throws DossierError `invalid_field` when it is no address of the channel, or a primary id as well
 */
export function questionOf(
  ask: Ask,
  { channel = "phoneNumber", address, primaryId }: Omit<Sent, "brandId">,
): Question {
  if (primaryId !== undefined && address !== undefined)
    throw invalid([
      { field: spelledBy(ask, "address"), message: "cannot be sent together with a primary id" },
    ]);
  if (primaryId !== undefined) return { asked: { by: "primaryId", primaryId }, about: { primaryId } };
  const type = findType(ask.types, channel);
  if (type?.id !== 1 && type?.id !== 2)
    throw invalid([{ field: spelledBy(ask, "channel"), message: "must be phoneNumber, telephone or email" }]);
  const field = spelledBy(ask, "address");
  const read = normaliseAddress(type.rule, address ?? "");
  if ("fault" in read) throw invalid([{ field, message: read.fault }]);
  return questionAbout(
    { field, typeId: type.id, typeName: type.name, ...read },
    type.id === 1 ? "email" : "phoneNumber",
  );
}

/** What is asked about an address. */
export function questionAbout(
  channel: ChannelSent,
  channelAddressType: "email" | "phoneNumber",
  ticketId?: number,
): Question {
  const asked: Asked = { by: "address", channelAddressType, address: channel.address, ticketId };
  return { asked, about: { channel } };
}

const rounds = 4;

/**
 * Asks, and asks again while what was noted before is no longer so.
 *
 * @throws CrmFailure when the CRM does not answer; what `use` throws
 */
export async function whileOutdated<T>(
  ask: Ask,
  brandId: number,
  { asked, about }: Question,
  use: (mark: Mark, results: Result[]) => Promise<T>,
): Promise<T> {
  for (let round = 1; ; round += 1) {
    const brand = await findCrmBrand(ask, brandId);
    checkConfigured(brand);
    checkPrimaryId(ask, brand, "primaryId", about.primaryId);
    const phones = ask.types.filter(({ rule }) => rule === "phone").map(({ id }) => id);
    const typeIds = about.channel && (about.channel.typeId === 1 ? [1] : phones);
    const mark = await noteBefore(ask.db, brand, {
      ...(typeIds ? { typeIds, normalised: about.channel?.normalised ?? null } : {}),
      primaryId: about.primaryId ?? null,
    });
    try {
      return await use(mark, await lookUp(ask, brand, asked));
    } catch (error) {
      if (!(error instanceof Outdated)) throw error;
      if (round === rounds)
        throw new DossierError(
          "unavailable",
          "The brand's settings keep changing, or customers of it are being purged; try again.",
          {
            retryAfter: 5,
            cause: error,
          },
        );
    }
  }
}

function checkConfigured({ crm_lookup_url }: CrmBrand): void {
  if (crm_lookup_url === "")
    throw new DossierError("crm_not_configured", "This brand has no CRM: set its crm_lookup_url.");
}

function refusalOf({ code, message, retryAfter }: CrmFailure): DossierError {
  return new DossierError(code, message, retryAfter === undefined ? {} : { retryAfter });
}

async function take(ask: Ask, mark: Mark, { about }: Question, results: Result[]): Promise<Answer> {
  const [only, second] = results;
  if (second) throw several(results.length, about);
  if (!only) return unknown("The CRM knows nobody by this.");
  try {
    return await write(ask, async (tx) => {
      const { done, found, skipped } = await settleResult(tx, ask, mark, about, only);
      return {
        ...result("Customer synced.", outcomeOf(done, found), done.held, done.fields),
        ...(skipped.length > 0 ? { skipped } : {}),
        ...skippedOf(done),
        news: syncNews(done, found),
      };
    });
  } catch (error) {
    if (error instanceof Purged) return unknown("The customer was purged while the CRM was asked.");
    throw error;
  }
}

/** Why several results come to nothing. */
function several(count: number, about: About): DossierError {
  const by = about.channel ? "by this address" : "by this primary id";
  const message = `The CRM knows ${count} ${by}; which of them is meant is not guessed.`;
  return new DossierError("crm_several_results", message, { conflict: { count } });
}

/** Nobody: there is nothing to write, to note or to keep for a retry. */
function unknown(message: string): Answer {
  return { type: "result", message, id: null, outcome: "unknown" };
}
