// An egress client without allowed addresses, for tests of operations that send nothing.
import { openLog } from "../../src/log.ts";
import { createEgressClient } from "../../src/egress/client.ts";

export const noEgress = createEgressClient({ allow: [], log: openLog("silent", false) });
