// Written by `npm run client-types` from the endpoint table.
import type { TimelineItemType } from "../words.ts";

/** An item of a timeline, as the wire has it. */
export interface RawTimelineItem {
  /** Kind and number, such as `event-12`. */
  id: string;
  /** The kind of item. */
  type: TimelineItemType;
  /** When it happened; the list's order. */
  created_at: string;
  /** What happened: the text of an event or message, the title of a ticket. */
  description: string;
  /** Who or what it came from; may be empty. */
  initiated_by: string;
  /** Of an event: what kind of event, such as `order`. */
  event_type?: string | undefined;
  /** Of an event: where to read more; may be empty. */
  source_url?: string | undefined;
  /**
   * Of an event: what was sent as `source_url` and is no http or https address; absent when there is none.
   */
  source_ref?: string | undefined;
  /** Of an event: the caller's own id for it. */
  event_id?: string | null | undefined;
  /** The ticket it belongs to. */
  ticket_id?: number | undefined;
  /** The ticket's status now. */
  status?: string | undefined;
  /** The channel type's number. */
  channel_id?: number | undefined;
  /** The channel type's name, such as `email`. */
  channel_name?: string | undefined;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction?: "inbound" | "outbound" | undefined;
  /** The address it came from; may be empty. */
  from?: string | undefined;
  /** The address it went to; may be empty. */
  to?: string | undefined;
  /** Of a ticket. */
  title?: string | undefined;
  /** Of a message or note. */
  content?: string | undefined;
}
