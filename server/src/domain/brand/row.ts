/** Brand row: the columns of a brand, as the domain uses them. The CRM's headers are read only for sending. */
import { brandSettings, type SettingColumns } from "./setting-table.ts";

export interface Brand extends SettingColumns {
  id: number;
  created_at: Date;
  updated_at: Date;
}

/** The columns of a `Brand`, for a SELECT or RETURNING. */
export const brandColumns = [
  "id",
  ...brandSettings.map(({ column }) => column),
  "created_at",
  "updated_at",
].join(", ");
