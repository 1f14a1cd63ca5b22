/**
 * Goal: CLIENT TRACKING REDIRECT is redis-server's, in both dialects of both clients.
 * Method: a client that tracks and one that listens play scripts on both servers; ids are shown as what they are, since the two
 * servers number differently.
 */
import { once } from "node:events";
import { connect, type NetConnectOpts } from "node:net";
import test, { type ExecutionContext } from "ava";
import { NONE_LOADER } from "../../../server/loaders/none-loader.ts";
import { program, testWith } from "../../needs.ts";
import { bytes, command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { until } from "../../until.ts";
import { startRig } from "../rig.ts";

const compared = testWith(program("redis-server"));
const MARKER = "$6\r\nmarker\r\n";

async function open(t: ExecutionContext, to: NetConnectOpts) {
  const socket = connect(to);
  t.teardown(() => socket.destroy());
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  /** What the replies to these commands are, and what has come before and between. */
  const say = async (...lines: string[]) => {
    socket.write(bytes([...lines, "PING marker"].map((line) => command(...line.split(" "))).join("")));
    await until(`the replies to ${lines}`, () =>
      /\$6\r\nmarker\r\n|\$4\r\npong\r\n\$6\r\nmarker\r\n/.test(text),
    );
    const said = text.replace(MARKER, "");
    text = "";
    return said;
  };
  return { socket, say };
}

const REFUSED = [
  ...[
    "REDIRECT x",
    "REDIRECT 999999",
    "REDIRECT 999999 FOO",
    "FOO REDIRECT 999999",
    "REDIRECT 0",
    "REDIRECT",
  ],
  ...[
    "REDIRECT ID REDIRECT 1",
    "REDIRECT ID FOO REDIRECT 1",
    "REDIRECT ID PREFIX a",
    "REDIRECT ID OPTIN OPTOUT",
  ],
];

async function play(t: ExecutionContext, to: NetConnectOpts, own: 2 | 3, other: 2 | 3): Promise<string[]> {
  const [a, b, w] = await Promise.all([open(t, to), open(t, to), open(t, to)]);
  const seen: string[] = [];
  await w.say("FLUSHALL");
  await a.say(`HELLO ${own}`);
  await b.say(`HELLO ${other}`);
  const id = /^:(\d+)/.exec(await b.say("CLIENT ID"))![1]!;
  const step = async (who: typeof a, ...lines: string[]) => {
    const said = await who.say(...lines.map((line) => line.replace("ID", id)));
    const rest = [await a.say(), await b.say()];
    seen.push(`${lines.join()} ${JSON.stringify([said, ...rest])}`.replaceAll(`:${id}\\r`, ":ID\\r"));
  };
  for (const words of REFUSED) await step(a, `CLIENT TRACKING ON ${words}`);
  await step(a, "CLIENT TRACKING OFF REDIRECT ID", "CLIENT TRACKING ON REDIRECT ID", "CLIENT GETREDIR");
  await step(a, "CLIENT TRACKINGINFO", "GET scores:k");
  await step(w, "SET scores:k 1");
  await step(b, "SUBSCRIBE __redis__:invalidate");
  await step(a, "GET scores:k");
  await step(w, "SET scores:k 2");
  await step(a, "GET scores:k", "SET scores:k 3");
  // The null of a flush is in the listener's dialect here, and in the other client's in redis-server.
  if (own === other) await step(w, "FLUSHALL");
  await step(a, "CLIENT TRACKING OFF", "CLIENT TRACKING ON BCAST REDIRECT ID");
  await step(w, "SET scores:k 2");
  await step(
    a,
    "CLIENT TRACKING OFF",
    "CLIENT TRACKING ON NOLOOP REDIRECT ID",
    "GET scores:k",
    "SET scores:k 1",
  );
  await step(a, "GET scores:k");
  b.socket.destroy();
  await until("the listener has gone", async () => !(await w.say("CLIENT LIST")).includes(`\nid=${id} `));
  for (const value of ["1", "2"]) {
    await w.say(`SET scores:k ${value}`);
    await until("a broken redirection", async () => (await a.say("CLIENT TRACKINGINFO")).includes("broken"));
    seen.push(
      (await a.say("CLIENT TRACKINGINFO", "CLIENT GETREDIR", "GET scores:k")).replaceAll(`:${id}\r`, ":ID\r"),
    );
  }
  // Without U: the clients of one of the two servers use a unix socket.
  const flags = async (...lines: string[]) =>
    seen.push(/ flags=[^U ]+/.exec(await a.say(...lines, "CLIENT INFO"))?.[0] ?? "none");
  await flags();
  seen.push(await a.say("CLIENT TRACKING ON", "CLIENT TRACKINGINFO", "CLIENT GETREDIR"));
  await flags();
  return seen;
}

test("a redirection is broken as soon as the listener has said QUIT, though its socket is still there", async (t) => {
  const rig = await startRig(t, [], { loader: NONE_LOADER });
  const to = { port: rig.port, host: rig.node.conf.bind[0]! };
  const [a, b] = await Promise.all([open(t, to), open(t, to)]);
  const id = /^:(\d+)/.exec(await b.say("CLIENT ID"))![1]!;
  await a.say("HELLO 3", `CLIENT TRACKING ON REDIRECT ${id}`, "GET scores:k");
  b.socket.write(command("QUIT"));
  await once(b.socket, "end");
  t.is(
    await a.say(`CLIENT TRACKING ON REDIRECT ${id}`),
    "-ERR The client ID you want redirect to does not exist\r\n",
  );
  await rig.ask(["SET", "scores:k", "1"]);
  t.regex(await a.say(), /tracking-redir-broken/);
});

for (const [own, other] of [
  [2, 2],
  [2, 3],
  [3, 2],
  [3, 3],
] as const) {
  compared(`as redis-server: RESP${own} redirects to RESP${other}`, async (t) => {
    const redis = await RedisServer.start();
    t.teardown(() => redis.stop());
    const rig = await startRig(t, [], { loader: NONE_LOADER });
    const got = await play(t, { port: rig.port, host: rig.node.conf.bind[0]! }, own, other);
    t.deepEqual(got, await play(t, { path: redis.socket }, own, other));
  });
}
