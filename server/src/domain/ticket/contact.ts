/** The channel type of a ticket, by its name or by its contact's address. */
import { builtinTypeId, type ChannelType, findType, inferType, invalid } from "@dossier/api";
import { type RequestContext, wireNameOf } from "../context.ts";
import { readParty } from "./party.ts";

/** The channel type a request names. */
export function requireChannelType(ctx: RequestContext, field: string, sent: string): ChannelType {
  const type = findType(ctx.channelTypes, sent);
  if (!type) throw invalid([{ field: wireNameOf(ctx, field), message: "is no channel type" }]);
  return type;
}

/** The type of a chat's channel: that of which its contact's address is one, else livechat. */
export function chatType(ctx: RequestContext, from: string): ChannelType {
  const shown = inferType(ctx.channelTypes, from);
  const type =
    shown && readParty(shown, from).addresses.length > 0
      ? shown
      : ctx.channelTypes.find((one) => one.id === builtinTypeId.livechat);
  if (!type) throw new Error("the built-in channel types are missing");
  return type;
}
