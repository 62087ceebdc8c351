/**
 * Table views: the columns of each list, as data. The most telling come first, and a terminal shows as many as it has
 * room for; a file or a pipe gets all of them, and then every other field. A test compares the views with the endpoint
 * table, so a list cannot be without one, and no view can name a field that is gone.
 */
type Item = Readonly<Record<string, unknown>>;

/** A column that is computed from an item's fields, and the fields that it stands for. */
interface ComputedColumn {
  from: readonly string[];
  valueOf: (item: Item) => unknown;
}

/** A view: its columns in order, names of fields or of computed columns. */
export interface View {
  columns: readonly string[];
  computed?: Readonly<Record<string, ComputedColumn>>;
}

interface Channel {
  channel_name: string;
  address: string;
}

const channelsOf = ({ channels }: Item) => (Array.isArray(channels) ? (channels as Channel[]) : []);

/** The first address of a type; the column leaves the others to `channels`. */
const firstOf = (type: string): ComputedColumn => ({
  from: ["channels"],
  valueOf: (item) => channelsOf(item).find(({ channel_name: name }) => name === type)?.address,
});

const ticketList = {
  columns: [
    "id",
    "title",
    "status",
    "priority",
    "from",
    "customer_id",
    "last_update",
    "channel_name",
    "brand_name",
    "from_name",
    "direction",
    "created_at",
    "closed_at",
    "to",
  ],
};

const customerName: ComputedColumn = {
  from: ["firstname", "lastname"],
  valueOf: ({ firstname, lastname }) => [firstname, lastname].filter(Boolean).join(" "),
};

const customerPrimaryId: ComputedColumn = {
  from: ["external_primary_id"],
  valueOf: (item) => item.external_primary_id,
};

const customer: View = {
  columns: [
    "id",
    "name",
    "primary_id",
    "email",
    "telephone",
    "brand_name",
    "other_channels",
    "updated_at",
    "created_at",
    "version",
  ],
  computed: {
    name: customerName,
    primary_id: customerPrimaryId,
    email: firstOf("email"),
    telephone: firstOf("telephone"),
    other_channels: { from: ["channels"], valueOf: otherChannels },
  },
};

/** The channels beside the first e-mail address and telephone number. */
function otherChannels(item: Item): unknown {
  const all = channelsOf(item);
  const shown = ["email", "telephone"].map((type) => all.find((one) => one.channel_name === type));
  return all.filter((one) => !shown.includes(one));
}

const isPast = (time: unknown) => typeof time === "string" && Date.parse(time) <= Date.now();

function keyState({ revoked_at: revoked, expires_at: expires }: Item): string {
  if (isPast(revoked)) return "revoked";
  return isPast(expires) ? "expired" : "active";
}

const allBrands: ComputedColumn = {
  from: ["brand_ids"],
  valueOf: ({ brand_ids: ids }) => (ids === null ? "all" : ids),
};

/** The view of each list, by the endpoint's name. */
export const views: Readonly<Record<string, View>> = {
  // the feed of changes has deleted customers, by id and time
  "customer.list": { ...customer, columns: [...customer.columns, "deleted_at"] },
  "customer.search": { ...customer, columns: [...customer.columns, "deleted_at"] },
  "customer.listDeleted": {
    columns: ["id", "name", "primary_id", "brand_name", "deleted_at", "restorable_until", "key_id"],
    computed: { name: customerName, primary_id: customerPrimaryId },
  },
  "customer.listByPrimaryId": customer,
  "customer.listByChannel": customer,
  "customer.listTimeline": {
    columns: [
      "created_at",
      "type",
      "text",
      "status",
      "event_type",
      "channel_name",
      "from",
      "initiated_by",
      "ticket_id",
      "id",
    ],
    computed: {
      text: {
        from: ["description", "title", "content"],
        valueOf: ({ description, title, content }) => description || title || content,
      },
    },
  },
  "ticket.list": ticketList,
  "ticket.search": ticketList,
  "brand.list": {
    columns: [
      "id",
      "name",
      "custom_fields",
      "taken_address",
      "strict",
      "default_country",
      "search_by_channel",
      "placeholder_ids",
      "crm_lookup_url",
      "created_at",
      "updated_at",
    ],
  },
  "key.list": {
    columns: [
      "id",
      "name",
      "kind",
      "state",
      "brands",
      "permissions",
      "expires_at",
      "last_used_at",
      "created_at",
      "created_by",
      "prefix",
      "revoked_at",
      "headers_allowed",
    ],
    computed: { state: { from: [], valueOf: keyState }, brands: allBrands },
  },
  "customfield.list": { columns: ["id", "name", "type", "label", "brand_id", "options"] },
  "channel.list": { columns: ["id", "channel_id", "name", "icon"] },
  "webhook.list": {
    columns: [
      "id",
      "name",
      "state",
      "url",
      "waiting",
      "brands",
      "events",
      "off_reason",
      "off_at",
      "rotating_until",
      "created_at",
    ],
    computed: { brands: allBrands },
  },
  "webhook.listDeliveries": {
    columns: [
      "id",
      "event",
      "state",
      "attempts",
      "status",
      "customer_id",
      "created_at",
      "attempted_at",
      "delivered_at",
      "due_at",
      "brand_id",
    ],
  },
  "audit.list": {
    columns: [
      "at",
      "operation",
      "subject_id",
      "key_id",
      "client_user",
      "outcome",
      "fields",
      "kind",
      "brand_id",
      "id",
    ],
  },
  "job.list": {
    columns: [
      "id",
      "kind",
      "state",
      "attempts",
      "last_error",
      "due_at",
      "customer_id",
      "ticket_id",
      "brand_id",
      "created_at",
      "started_at",
    ],
  },
};

/** The view of a list inside an item, by its field. */
export const nestedViews: Readonly<Record<string, View | undefined>> = {
  timeline: views["customer.listTimeline"],
};
