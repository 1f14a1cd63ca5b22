/**
 * Goal: SIGTERM loses nothing that has been read, and a second signal ends the process at once.
 * Method: real processes and signals; an origin that answers when the test lets it.
 */
import { once } from "node:events";
import { connect } from "node:net";
import test, { type ExecutionContext } from "ava";
import { startOrigin } from "./origin.ts";
import { type NodeProcess, startNodeProcess } from "./processes.ts";

interface Waiting {
  readonly node: NodeProcess;
  /** Lets the origin answer. */
  release(): void;
  /** All that the client has received, once its connection has ended. */
  readonly received: Promise<string>;
}

/** A node with a client whose GET is at the origin. */
async function withLoadUnderWay(t: ExecutionContext): Promise<Waiting> {
  const origin = await startOrigin(t);
  let release = () => {};
  const asked = new Promise<void>((resolve) => {
    origin.respond = (_key, response) => {
      release = () => void response.end("late but right");
      resolve();
    };
  });
  const loader = `item loader http http://127.0.0.1:${origin.port}/items/{key}`;
  const timeout = "item loader-timeout 30s";
  const node = await startNodeProcess(t, ["--port", "0", "--group", loader, "--group", timeout]);
  const socket = connect(node.port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  const received = once(socket, "close").then(() => text);
  socket.write("PING\r\nGET item:slow\r\nPING\r\n");
  await asked;
  return { node, release: () => release(), received };
}

test("SIGTERM answers what has been read, in order, and exits 0", async (t) => {
  const { node, release, received } = await withLoadUnderWay(t);
  node.kill("SIGTERM");
  await node.printed(/SIGTERM, closing/);
  release();
  t.is(await received, "+PONG\r\n$14\r\nlate but right\r\n+PONG\r\n");
  t.is(await node.ended, 0);
});

test("SIGINT answers what has been read, and exits 0", async (t) => {
  const { node, release, received } = await withLoadUnderWay(t);
  node.kill("SIGINT");
  await node.printed(/SIGINT, closing/);
  release();
  t.regex(await received, /late but right/);
  t.is(await node.ended, 0);
});

test("a second signal ends the process at once", async (t) => {
  const { node, received } = await withLoadUnderWay(t);
  node.kill("SIGTERM");
  await node.printed(/SIGTERM, closing/);
  node.kill("SIGTERM");
  t.is(await node.ended, 1);
  t.is(await received, "+PONG\r\n");
});

test("SIGHUP is ignored", async (t) => {
  const { node, release, received } = await withLoadUnderWay(t);
  node.kill("SIGHUP");
  await node.printed(/SIGHUP, ignored/);
  release();
  node.kill("SIGTERM");
  t.regex(await received, /late but right/);
  t.is(await node.ended, 0);
});
