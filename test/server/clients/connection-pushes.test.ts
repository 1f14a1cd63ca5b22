/**
 * Goal: a pushed message comes between complete replies and in order; a hit is answered in place exactly while no reason
 * stands against it.
 * Method: a connection of real parts on a socket without a kernel, and commands whose replies the test gives.
 */
import test from "ava";
import { OK, Push } from "../../../proto/reply.ts";
import { command } from "../../proto/read-commands.ts";
import { Held, turn } from "../fakes.ts";
import { bulk } from "../rig.ts";
import { setUp } from "./connection-rig.ts";

test("a pushed message comes between replies, behind the replies to all commands taken before it", async (t) => {
  const { connection, socket, later, store } = setUp();
  store("scores:a", "630");
  connection.push(new Push(["one"]));
  await turn();
  t.is(socket.text, "*1\r\n$3\r\none\r\n");
  socket.text = "";
  socket.arrive(command("RESP3") + command("LATER", "a") + command("GET", "scores:a"));
  await turn();
  connection.push(new Push(["two"]));
  socket.arrive(command("GET", "scores:a"));
  await turn();
  t.is(socket.text, "+OK\r\n");
  later[0]!.resolve("late");
  await turn();
  t.is(socket.text, `+OK\r\n${bulk("late")}${bulk("630")}>1\r\n$3\r\ntwo\r\n${bulk("630")}`);
});

test("a message that a command pushes to its own client comes right behind its reply", async (t) => {
  const { socket, later } = setUp();
  socket.arrive(
    command("ECHO", "a") + command("PUSH", "p") + command("PUSHLATER", "q") + command("ECHO", "b"),
  );
  await turn();
  later[0]!.resolve("late");
  await turn();
  const push = (text: string) => `*1\r\n${bulk(text)}`;
  t.is(socket.text, `${bulk("a")}+OK\r\n${push("p")}${bulk("late")}${push("q")}${bulk("b")}`);
});

test("a push at once in the client's own turn overtakes no reply of that turn", async (t) => {
  const { connection, socket, host, later } = setUp();
  const { execute } = host;
  Object.assign(host, {
    execute: (...args: Parameters<typeof execute>) => {
      if (String(args[0][1]) === "b") connection.push(new Push(["p"]), true);
      return execute(...args);
    },
  });
  socket.arrive(command("ECHO", "a") + command("LATER", "x") + command("ECHO", "b"));
  await turn();
  t.is(socket.text, bulk("a"));
  later[0]!.resolve("late");
  await turn();
  t.is(socket.text, `${bulk("a")}${bulk("late")}${bulk("b")}*1\r\n${bulk("p")}`);
});

test("a client that is leaving, or does not read what is pushed to it, gets no more of it", async (t) => {
  const leaving = setUp();
  leaving.socket.arrive(command("LATER", "a") + command("QUIT"));
  await turn();
  leaving.connection.push(new Push(["never"]));
  leaving.later[0]!.resolve("late");
  await turn();
  t.is(leaving.socket.text, `${bulk("late")}+OK\r\n`);
  const slow = setUp({ maxOutputBytes: 1000 });
  slow.socket.stopReading();
  for (let i = 0; i < 20; i++) slow.connection.push(new Push(["x".repeat(100)]));
  t.deepEqual(slow.happened, ["dropped: output buffer limit reached"]);
});

test("a push at once of more than may wait closes, and none of it is written", async (t) => {
  const { connection, socket, happened } = setUp({ maxOutputBytes: 100 });
  socket.arrive(command("LATER", "a"));
  await turn();
  connection.push(new Push(["x".repeat(100)]), true);
  t.deepEqual(happened, ["dropped: output buffer limit reached"]);
  t.is(socket.text, "");
});

test("small messages behind a slow load are bounded by number too", async (t) => {
  const { connection, socket, happened } = setUp({ maxPendingCommands: 10 });
  socket.arrive(command("LATER", "a"));
  await turn();
  const push = new Push([]);
  for (let i = 0; i < 2 ** 16 + 10; i++) connection.push(push);
  t.deepEqual(happened, []);
  for (let i = 0; i < 2; i++) connection.push(push);
  t.deepEqual(happened, ["dropped: output buffer limit reached"]);
});

test("a reason keeps hits from being answered in place, and every reason has to go", async (t) => {
  const { connection, socket, executed, store } = setUp();
  store("scores:a", "630");
  const get = async () => {
    executed.length = 0;
    socket.arrive(command("GET", "scores:a"));
    await turn();
    return executed.length === 0;
  };
  t.true(await get());
  connection.session.special.set("tracking", true);
  connection.session.special.set("subscribed", true);
  t.false(await get());
  connection.session.special.set("tracking", false);
  t.false(await get());
  connection.session.special.set("subscribed", false);
  t.true(await get());
  connection.session.special.countChanges(1);
  connection.session.special.countChanges(1);
  connection.session.special.countChanges(-1);
  t.false(await get());
  connection.session.special.countChanges(-1);
  t.true(await get());
});

test("hits are answered in place again when the password is taken away", async (t) => {
  const { conf, socket, executed, store } = setUp({ requirePass: "secret" });
  store("scores:a", "630");
  socket.arrive(command("GET", "scores:a"));
  await turn();
  t.deepEqual(executed, ["GET scores:a"]);
  conf.requirePass = "";
  socket.arrive(command("GET", "scores:a"));
  await turn();
  t.deepEqual(executed, ["GET scores:a"]);
  t.is(socket.text, `+OK\r\n${bulk("630")}`);
  conf.requirePass = "another";
  socket.arrive(command("GET", "scores:a"));
  await turn();
  t.deepEqual(executed, ["GET scores:a", "GET scores:a"], "and no longer when there is one again");
});

test("while it waits for something, a connection takes no command; it loses none either", async (t) => {
  const { connection, socket, executed } = setUp();
  const [first, second] = [new Held<string, void>("first"), new Held<string, void>("second")];
  connection.waitFor(first.promise);
  connection.waitFor(second.promise);
  socket.arrive(command("ECHO", "a"));
  await turn();
  socket.arrive(command("ECHO", "b"));
  first.resolve();
  await turn();
  t.deepEqual(executed, []);
  second.reject(new Error("no matter how it ends"));
  await turn();
  t.deepEqual(executed, ["ECHO a", "ECHO b"]);
  t.is(socket.text, bulk("a") + bulk("b"));
});

test("a late command without a reply leaves no gap", async (t) => {
  const { socket, later } = setUp();
  socket.arrive(command("LATER", "a") + command("LATER", "b"));
  await turn();
  later[0]!.resolve(undefined as never);
  later[1]!.resolve(OK);
  await turn();
  t.is(socket.text, "+OK\r\n");
});
