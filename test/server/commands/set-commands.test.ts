/**
 * Goal: a SET in a read-through cluster leaves one copy, at the owner. After its reply no member has an older value, and
 * loads under way are void. key-differential.test.ts compares replies with redis-server.
 * Method: nodes with origins whose loads end when the test says so; three members with real links.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader, startFlight } from "../fakes.ts";
import { keyAt, startMembers } from "../linked-members.ts";
import { bulk, startRig } from "../rig.ts";

test("a SET loads nothing, and voids a load under way, whose value is not kept", async (t) => {
  const loader = new HeldLoader();
  const { ask, client } = await startRig(t, [], { loader });
  const raw = await client();
  raw.send(command("GET", "scores:Tom"));
  await until("a load is under way", () => loader.loads.length > 0);
  t.is(await ask(["SET", "scores:Tom", "new"]), "+OK\r\n");
  loader.loads[0]!.resolve("old");
  await raw.until((text) => text === bulk("old"));
  t.is(await ask(["GET", "scores:Tom"], ["TTL", "scores:Tom"]), `${bulk("new")}:-1\r\n`);
  t.is(loader.loads.length, 1);
});

test("a SET that NX or XX forbids lets the load go on", async (t) => {
  const loader = new HeldLoader();
  const { ask, client } = await startRig(t, [], { loader });
  const raw = await client();
  raw.send(command("GET", "scores:Tom"));
  await until("a load is under way", () => loader.loads.length > 0);
  t.is(await ask(["SET", "scores:Tom", "new", "XX"], ["EXPIRE", "scores:Tom", "9"]), "$-1\r\n:0\r\n");
  loader.loads[0]!.resolve("loaded");
  await raw.until((text) => text === bulk("loaded"));
  t.is(await ask(["GET", "scores:Tom"]), bulk("loaded"));
  t.is(loader.loads.length, 1);
});

test("a cached not-found counts as missing", async (t) => {
  const { ask } = await startRig(t, [], { loader: { load: () => null } });
  const absent = ["GET", "scores:none"];
  t.is(await ask(absent, ["SET", "scores:none", "1", "XX"]), "$-1\r\n$-1\r\n");
  t.is(await ask(["SET", "scores:none", "1", "NX", "GET"], absent), `$-1\r\n${bulk("1")}`);
  t.is(
    await ask(["DEL", "scores:none"], absent, ["SETNX", "scores:none", "2"], absent),
    `:1\r\n$-1\r\n:1\r\n${bulk("2")}`,
  );
});

test("a SET without an expiry does not expire, whatever the group's ttl; KEEPTTL keeps the loaded entry's expiry", async (t) => {
  const { ask } = await startRig(t, ["group scores ttl 100s", "group scores ttl-jitter 0%"]);
  t.is(await ask(["GET", "scores:a"]), bulk("value of a"));
  t.is(await ask(["SET", "scores:a", "1", "KEEPTTL"], ["TTL", "scores:a"]), "+OK\r\n:100\r\n");
  t.is(await ask(["SET", "scores:a", "1"], ["TTL", "scores:a"]), "+OK\r\n:-1\r\n");
});

for (const at of [0, 1, 2]) {
  test(`a SET through member ${at} is one copy, at the owner, and every member gets it`, async (t) => {
    const rigs = await startMembers(t, 3, ["group scores loader none"], { loader: { load: () => null } });
    const name = keyAt(rigs[1]!);
    t.is(await rigs[at]!.ask(["SET", name, "v1", "EX", "1000"]), "+OK\r\n");
    const kinds = () => rigs.map(({ node }) => node.cache.groups.all[0]!.store.look(Buffer.from(name)).kind);
    t.deepEqual(kinds(), ["missing", "value", "missing"]);
    for (const rig of rigs) {
      const answer = await rig.ask(["GET", name], ["DBSIZE"], ["TTL", name]);
      const [, ttl] = /^\$2\r\nv1\r\n:1\r\n:(\d+)\r\n$/.exec(answer) ?? [answer];
      // A busy machine may take long to get here, but not longer than the test may take.
      t.true(Number(ttl) > 900 && Number(ttl) <= 1000, answer);
    }
    t.is(await rigs[at]!.ask(["SET", name, "v2"]), "+OK\r\n");
    for (const rig of rigs) t.is(await rig.ask(["GET", name]), bulk("v2"));
  });
}

test("a SET, an EXPIRE and a GETDEL drop mirrors and copies of stand-ins before they answer", async (t) => {
  const rigs = await startMembers(t, 3, ["group scores loader none"], { loader: { load: () => null } });
  const name = keyAt(rigs[1]!);
  const key = Buffer.from(name);
  const [group, , other] = rigs.map(({ node }) => node.cache.groups.all[0]!);
  const changes: [string[], string][] = [
    [["SET", name, "new"], "+OK\r\n"],
    [["SET", name, "new", "XX", "GET"], bulk("new")],
    [["EXPIRE", name, "1000"], ":1\r\n"],
    [["PERSIST", name], ":1\r\n"],
    [["GETEX", name, "EX", "500"], bulk("new")],
    [["GETDEL", name], bulk("new")],
  ];
  for (const [words, reply] of changes) {
    for (const { mirrors, store } of [group!, other!]) {
      mirrors!.put(key, Buffer.from("mirrored"), undefined);
      store.put(key, Buffer.from("stood in"), undefined);
    }
    const forward = startFlight(other!.forwards, key).flight;
    t.is(await rigs[0]!.ask(words), reply, words.join(" "));
    t.true(forward.voided, words.join(" "));
    for (const { mirrors, store } of [group!, other!]) {
      t.deepEqual([mirrors!.look(key).kind, store.look(key).kind], ["missing", "missing"], words.join(" "));
    }
  }
});

test("a SET voids a load at its owner that another member waits for", async (t) => {
  const loader = new HeldLoader();
  t.teardown(() => loader.release());
  const rigs = await startMembers(t, 3, [], { loader });
  const name = keyAt(rigs[1]!);
  const raw = await rigs[0]!.client();
  raw.send(command("GET", name));
  await until("a load is under way", () => loader.loads.length > 0);
  t.is(await rigs[2]!.ask(["SET", name, "new"]), "+OK\r\n");
  loader.loads[0]!.resolve("old");
  await raw.until((text) => text === bulk("old"));
  for (const rig of rigs) t.is(await rig.ask(["GET", name]), bulk("new"));
  t.is(loader.loads.length, 1);
});

test("while the owner is down its stand-in takes the SET, and the others get it there", async (t) => {
  const rigs = await startMembers(t, 3, ["group scores loader none"], { loader: { load: () => null } });
  const name = keyAt(rigs[1]!);
  await rigs[1]!.node.close();
  t.is(await rigs[0]!.ask(["SET", name, "v", "NX"], ["SET", name, "w", "NX"]), "+OK\r\n$-1\r\n");
  for (const rig of [rigs[0]!, rigs[2]!])
    t.is(await rig.ask(["GET", name], ["EXISTS", name]), `${bulk("v")}:1\r\n`);
  const held = [rigs[0]!, rigs[2]!].filter(
    ({ node }) => node.cache.holdings.lookHere(Buffer.from(name)).kind === "value",
  );
  t.is(held.length, 1);
});

test("values far longer than other requests reach their owner and come back", async (t) => {
  const rigs = await startMembers(t, 3, ["group scores loader none"], { loader: { load: () => null } });
  const name = keyAt(rigs[1]!);
  const value = "0123456789abcdef".repeat((8 << 20) / 16);
  t.is(await rigs[0]!.ask(["SET", name, value]), "+OK\r\n");
  t.is(
    await rigs[2]!.ask(["STRLEN", name], ["GETRANGE", name, "-4", "-1"]),
    `:${8 << 20}\r\n${bulk("cdef")}`,
  );
  t.is(await rigs[2]!.ask(["GETDEL", name], ["EXISTS", name]), `${bulk(value)}:0\r\n`);
});

test("of many SETNX at one time, through any member, one succeeds", async (t) => {
  const rigs = await startMembers(t, 3, ["group scores loader none"], { loader: { load: () => null } });
  const name = keyAt(rigs[1]!);
  const tries = Array.from({ length: 30 }, (_, i) => rigs[i % 3]!.ask(["SETNX", name, `${i}`]));
  const replies = await Promise.all(tries);
  t.is(replies.filter((reply) => reply === ":1\r\n").length, 1);
  t.is(await rigs[0]!.ask(["GET", name]), bulk(`${replies.indexOf(":1\r\n")}`));
});
