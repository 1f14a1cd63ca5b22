/** Goal: one question has one answer, or a reason. Method: servers of the test that close, refuse, or send pieces. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { ReplyError } from "../../../proto/reply-reader.ts";
import { askNode } from "../../../server/ask/ask-node.ts";

async function serve(t: ExecutionContext, accept: (socket: Socket) => void, password = "") {
  const server = createServer((socket) => accept(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const node = { host: "127.0.0.1", port, socket: undefined, password, user: "default" } as const;
  return () => askNode(["PING"], node);
}

test("a reply in pieces is one reply", async (t) => {
  const ask = await serve(t, (socket) => {
    socket.write("$4\r\nP\r");
    setImmediate(() => socket.write("\nG\r\n"));
  });
  t.deepEqual(await ask(), Buffer.from("P\r\nG"));
});

test("an error is a reply, but not for the password", async (t) => {
  t.true((await (await serve(t, (socket) => socket.write("-ERR no\r\n")))()) instanceof ReplyError);
  const wrong = await serve(t, (socket) => socket.write("-WRONGPASS no\r\n-NOAUTH\r\n"), "x");
  await t.throwsAsync(wrong(), { message: "WRONGPASS no" });
});

test("a node that closes without an answer is said to", async (t) => {
  const ask = await serve(t, (socket) => socket.resume().end());
  await t.throwsAsync(ask(), { message: "the node has closed the connection without an answer" });
});

test("a refusal of the client that comes in place of two replies is the reason", async (t) => {
  const ask = await serve(t, (socket) => socket.resume().end("-ERR max number of clients reached\r\n"), "x");
  await t.throwsAsync(ask(), { message: "ERR max number of clients reached" });
});
