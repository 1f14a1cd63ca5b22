/**
 * Goal: a command that removes an entry also ends the load of it that is under way: who said it never finds that value.
 * Method: an origin that answers when the test says so; a node that is alone, and three linked members.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { keyAt, startMembers } from "../linked-members.ts";
import { startRig } from "../rig.ts";

const removals: Record<string, (key: string) => string[][]> = {
  DEL: (key) => [["DEL", key]],
  UNLINK: (key) => [["UNLINK", key]],
  GETDEL: (key) => [["GETDEL", key]],
  "EXPIRE 0": (key) => [["EXPIRE", key, "0"]],
  "EXPIRE -1": (key) => [["EXPIRE", key, "-1"]],
  "PEXPIREAT in the past": (key) => [["PEXPIREAT", key, "1"]],
  "GETEX EXAT in the past": (key) => [["GETEX", key, "EXAT", "1"]],
  "SET EXAT in the past": (key) => [["SET", key, "mine", "EXAT", "1"]],
  "DEL in a transaction": (key) => [["MULTI"], ["DEL", key], ["EXEC"]],
  "GETDEL in a transaction": (key) => [["MULTI"], ["GETDEL", key], ["EXEC"]],
  "GETDEL in a pipeline": (key) => [["GETDEL", key], ["PING"]],
  FLUSHALL: () => [["FLUSHALL"]],
};

for (const [name, commands] of Object.entries(removals)) {
  test(`${name} ends a load under way, and the next GET loads anew`, async (t) => {
    const loader = new HeldLoader();
    const { ask, node } = await startRig(t, [], { loader });
    const first = ask(["GET", "scores:Tom"]);
    await until("a load", () => loader.loads.length === 1);
    await ask(...commands("scores:Tom"));
    loader.loads[0]!.resolve("old");
    t.is(await first, "$3\r\nold\r\n");
    t.is(node.cache.holdings.lookHere(Buffer.from("scores:Tom")).kind, "missing");
    const second = ask(["GET", "scores:Tom"]);
    await until("a second load", () => loader.loads.length === 2);
    loader.loads[1]!.resolve("new");
    t.is(await second, "$3\r\nnew\r\n");
  });
}

test("a removal through another member ends the load at the owner, and the forwards of all members", async (t) => {
  const loader = new HeldLoader();
  const members = await startMembers(t, 3, ["group scores ttl 0"], { loader });
  const [a, b, c] = members;
  for (const remove of ["GETDEL in a pipeline", "EXPIRE 0", "PEXPIREAT in the past", "DEL"]) {
    const key = keyAt(b!, `scores:${remove}:`);
    const from = loader.loads.length;
    const first = a!.ask(["GET", key]);
    const other = c!.ask(["GET", key]);
    await until("a load at the owner", () => loader.loads.length === from + 1);
    const forwards = () => [a, c].map((rig) => rig!.node.cache.groups.all[0]!.forwards.size);
    await until("both forwards", () => forwards().join() === "1,1");
    await a!.ask(...removals[remove]!(key));
    t.deepEqual(forwards(), [0, 0], `${remove} leaves a forward whose value could be kept`);
    loader.loads[from]!.resolve("old");
    t.deepEqual(await Promise.all([first, other]), ["$3\r\nold\r\n", "$3\r\nold\r\n"]);
    t.is(b!.node.cache.holdings.lookHere(Buffer.from(key)).kind, "missing", remove);
  }
});

test("a client that tracks and waits for a load that a removal ends is told behind its reply", async (t) => {
  const loader = new HeldLoader();
  const { ask, client } = await startRig(t, [], { loader });
  const a = await client();
  a.send(command("HELLO", "3") + command("CLIENT", "TRACKING", "ON"));
  await a.until((text) => text.endsWith("+OK\r\n"));
  a.take();
  a.send(command("GET", "scores:Tom"));
  await until("a load", () => loader.loads.length === 1);
  await ask(["GETDEL", "scores:Tom"]);
  loader.loads[0]!.resolve("old");
  await a.until((text) => /\$3\r\nold\r\n>2\r\n\$10\r\ninvalidate\r\n/.test(text));
  t.pass();
});
