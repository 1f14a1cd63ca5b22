/**
 * Goal: a caching client of a worker thread hears of everything that a client of the main thread hears of, and never too
 * late.
 * Method: a real node with `threads 2`. Clients of caching-client.ts, on the thread that the test chooses, read while
 * other clients change keys.
 */
import { testWith } from "../../needs.ts";
import { until } from "../../until.ts";
import { CachingClient, hammer } from "../caching-client.ts";
import { originValue } from "../origin.ts";
import { staleRounds } from "../own-changes.ts";
import { reservePorts } from "../processes.ts";
import { sharedThreaded, startThreaded, THREADS } from "./rig.ts";

const testThreads = testWith(THREADS);
const freshNode = sharedThreaded();

testThreads.serial(
  "clients of both threads hear of changes that clients of either thread make",
  async (t) => {
    const node = await freshNode(t);
    const [main, worker] = await node.clients();
    for (const where of ["main", "worker"] as const) {
      const client = await CachingClient.open(
        node.port,
        [],
        async (port) => (await node.ask("threadOf", port)) === where,
      );
      t.teardown(() => client.close());
      for (const changer of [main, worker]) {
        t.truthy(await client.get("item:a"));
        await changer.set("item:a", `by ${where}`);
        await until("nothing is kept any more", () => client.copies.size === 0);
      }
      await client.get("item:a");
      await main.flushall();
      await until("nothing is kept any more", () => client.copies.size === 0);
    }
  },
);

testThreads.serial(
  "reads of a tracking client on a worker are noted, although the worker could answer them by itself",
  async (t) => {
    const node = await freshNode(t);
    const [main] = await node.clients();
    await main.get("item:a");
    const text = await node.talk(
      "worker",
      "CLIENT TRACKING ON\r\nGET item:a\r\nMGET item:a item:b\r\nINFO stats\r\n",
    );
    t.regex(text, /tracking_total_keys:2\r\n/);
    const off = await node.talk(
      "worker",
      "CLIENT TRACKING ON\r\nCLIENT TRACKING OFF\r\nGET item:a\r\nINFO clients\r\n",
    );
    t.regex(off, /tracking_clients:0\r\n/);
  },
);

testThreads.serial(
  "shards that a dying worker held are emptied, and caching clients hear; of any other death they hear nothing",
  async (t) => {
    const [peerPort] = await reservePorts(t, 1);
    const self = `127.0.0.1:${peerPort}`;
    // The node has mirrors only because there is another member, which is down.
    const node = await startThreaded(t, [
      "--peer-port",
      `${peerPort}`,
      "--peers",
      self,
      "--peers",
      "127.0.0.1:1",
    ]);
    const onMain = async (port: number) => (await node.ask("threadOf", port)) === "main";
    const client = await CachingClient.open(node.port, [], onMain);
    t.teardown(() => client.close());
    t.is(await client.get("item:a"), originValue("a"));
    await node.ask("terminate", 2);
    await client.get("item:a");
    t.is(client.pushes, 0);
    // Another worker has taken its place.
    (await node.clientOn("worker")).disconnect();
    await node.ask("hold", 2);
    t.true((await node.ask("held")) >= 2);
    await node.ask("terminate", 2);
    t.is(await node.ask("held"), 0);
    await until("nothing is kept any more", () => client.copies.size === 0);
    t.is(client.pushes, 1);
    node.origin.respond = (_key, response) => void response.end("new");
    t.is(await client.get("item:a"), "new");
  },
);

for (const where of ["main", "worker"] as const) {
  for (const words of [[], ["BCAST"]]) {
    const mode = words.join("") || "its reads";
    testThreads.serial(`what a client on ${where} invalidates comes with the reply: ${mode}`, async (t) => {
      const node = await freshNode(t);
      t.deepEqual(await staleRounds(await node.socketOn(where), "item:a", 400, ...words), []);
    });
  }
}

testThreads.serial(
  "CLIENT TRACKING OFF and ON in one go leave tracking on, REDIRECT reaches the other thread",
  async (t) => {
    const node = await freshNode(t);
    const open = async (where: "main" | "worker") => {
      const socket = await node.socketOn(where);
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
      return async (lines: string, end: string) => {
        socket.write(lines);
        await until(`${end} behind ${lines}`, () => text.includes(end));
        const said = text;
        text = "";
        return said;
      };
    };
    const [tracks, listens, changes] = [await open("worker"), await open("main"), await open("main")];
    for (const [one, other] of [
      [tracks, listens],
      [listens, tracks],
    ] as const) {
      const id = /^:(\d+)/.exec(await other("CLIENT ID\r\n", "\r\n"))![1];
      await other("SUBSCRIBE __redis__:invalidate\r\n", ":1\r\n");
      await one(`CLIENT TRACKING OFF\r\nCLIENT TRACKING ON REDIRECT ${id}\r\nPING\r\n`, "PONG");
      await one("GET item:a\r\n", "\r\n");
      await one("CLIENT TRACKING OFF\r\nCLIENT TRACKING ON\r\nPING\r\n", "PONG");
      await one("GET item:a\r\nPING\r\n", "PONG");
      t.regex(await changes("INFO stats\r\n", "tracking_total_prefixes"), /tracking_total_keys:1\r\n/);
      await one(`CLIENT TRACKING ON REDIRECT ${id}\r\nPING\r\n`, "PONG");
      await one("GET item:a\r\nPING\r\n", "PONG");
      await changes("SET item:a x\r\n", "+OK");
      t.regex(
        await other("", "item:a"),
        /message\r\n\$20\r\n__redis__:invalidate\r\n\*1\r\n\$6\r\nitem:a\r\n$/,
      );
      await other("UNSUBSCRIBE\r\n", ":0\r\n");
      await one("CLIENT TRACKING OFF\r\n", "+OK");
    }
  },
);

testThreads.serial("CLIENT CACHING on a worker holds for one command or transaction", async (t) => {
  const node = await freshNode(t);
  const said = (...lines: string[]) => node.talk("worker", [...lines, "INFO stats", ""].join("\r\n"));
  const start = "CLIENT TRACKING ON OPTIN";
  t.regex(await said(start, "GET item:a", "CLIENT CACHING YES", "PING", "GET item:a"), /total_keys:0\r\n/);
  t.regex(await said(start, "CLIENT CACHING YES", "GET item:a", "GET item:b"), /total_keys:1\r\n/);
  const transaction = ["MULTI", "PTTL item:a", "GET item:a", "GET item:c", "EXEC", "GET item:d"];
  t.regex(await said(start, "CLIENT CACHING YES", ...transaction), /total_keys:2\r\n/);
});

testThreads.serial("no copy that a client of any thread keeps stays wrong", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  const on = (where: string) => async (port: number) => (await node.ask("threadOf", port)) === where;
  const clients = [
    await CachingClient.open(node.port, [], on("worker")),
    await CachingClient.open(node.port, ["BCAST"], on("worker")),
    await CachingClient.open(node.port, [], on("main")),
  ];
  t.teardown(() => {
    for (const client of clients) client.close();
  });
  const keys = ["item:a", "item:b", "item:c"];
  const change = (key: string, round: number) => {
    const by = round % 2 === 0 ? main : worker;
    return round % 5 === 0 ? by.del(key) : by.set(key, `${round}`);
  };
  await hammer(clients, keys, 1000, change, (key) => main.get(key));
  t.true(clients.every(({ pushes }) => pushes > 0));
});
