// For tests of operations that send nothing outward: a way out like every other, on which nothing is allowed.
import { openLog } from "../src/log.ts";
import { makeOutside } from "../src/egress/client.ts";

export const secluded = makeOutside({ allow: [], log: openLog("silent", false) });
