// `npm run demo:crm`: a small CRM to try Dossier's lookup with. It knows 300 invented people, keeps nothing and listens
// on this machine only. openapi.json beside it describes what it answers. `-- --port 9191` takes another port.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { find, people } from "./people.mjs";

const { values } = parseArgs({ options: { port: { type: "string", default: "9090" } } });

/** Addresses that bring about what a real CRM does on a bad day. */
const troubles = { "400@example.org": 400, "500@example.org": 500 };
const slow = "slow@example.org";

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const address = searchParams.get("address");
  if (request.method !== "GET" || pathname !== "/lookup")
    return answer(response, 404, { error: "GET /lookup" });
  if (!isQuestion(searchParams))
    return answer(response, 400, { error: "primaryID, or channelAddressType and address" });
  if (address in troubles) return answer(response, troubles[address], { error: "as you asked" });
  if (address === slow) return void setTimeout(() => answer(response, 200, []), 10_000).unref();
  return answer(response, 200, find(searchParams));
});

function isQuestion(query) {
  if (query.has("primaryID")) return query.get("primaryID") !== "";
  return ["email", "phoneNumber"].includes(query.get("channelAddressType")) && Boolean(query.get("address"));
}

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

server.on("error", (error) => {
  console.error(`The demo CRM cannot listen on port ${values.port}: ${error.code}. Try -- --port 9191.`);
  process.exitCode = 1;
});
server.listen(Number(values.port), "127.0.0.1", () => {
  const place = `127.0.0.1:${server.address().port}`;
  console.log(`A CRM that knows ${people.length} invented people answers at http://${place}/lookup

1. Start Dossier so that it may ask it:
   DOSSIER_EGRESS_ALLOW=${place} npm start

2. Tell a brand of it:
   curl -X PUT http://localhost:8080/api/v2/brand/1 -H "apiKey: $API_KEY" -d crm_lookup_url=http://${place}/lookup

3. Look somebody up:
   curl http://localhost:8080/api/v2/customer/syncWithCRM -H "apiKey: $API_KEY" \\
     -d brandID=1 -d channel=email -d address=${people[0].email}

Trouble on demand: 400@, 500@, slow@ and several@example.org. Ctrl+C ends it.`);
});
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
