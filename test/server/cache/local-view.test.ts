/**
 * Goal: through the view, reads and changes are this node's own and come at once, whoever owns the key.
 * Method: one of two linked members, and a key of the other one.
 */
import test from "ava";
import { keyAt, startMembers } from "../linked-members.ts";

test("through the view nothing asks the owner, and nothing waits", async (t) => {
  const [a, b] = await startMembers(t, 2, ["group default loader none"], { loader: { load: () => null } });
  const name = keyAt(b!, "");
  const key = Buffer.from(name);
  await b!.ask(["SET", name, "theirs"]);
  const { here } = a!.node.cache;
  const looked = {
    conditions: [],
    value: undefined,
    life: "keep",
    wanted: { from: 0, to: -1 },
    isUse: false,
  } as const;
  t.deepEqual(here.get(key), { kind: "absent", ttlMs: undefined });
  t.like(here.holdings.look(key), { kind: "missing" });
  t.like(here.changes.edit(key, { ...looked, value: Buffer.from("ours"), life: "endless" }), {
    changed: true,
  });
  t.like(here.get(key), { kind: "value" });
  t.like(here.changes.edit(key, looked), { value: Buffer.from("ours") });
  t.is(here.changes.remove([key]), 1);
  t.is(await b!.ask(["GET", name]), "$6\r\ntheirs\r\n");
});
