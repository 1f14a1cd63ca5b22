/**
 * Goal: a client's line says what it is in the middle of, in Redis' letters and order.
 * Method: clients of a node of real parts; lines in any order.
 */
import test from "ava";
import { byId } from "../../../server/clients/client-line.ts";
import { command } from "../../proto/read-commands.ts";
import { startRig } from "../rig.ts";

test("transactions, subscriptions and the rest show in flags and figures", async (t) => {
  const { client, node } = await startRig(t);
  const lineAfter = async (...lines: string[]) => {
    const raw = await client();
    raw.send(lines.map((line) => command(...line.split(" "))).join(""));
    await raw.until((text) => text.endsWith("\r\n"));
    const id = [...node.clients.all()].at(-1)!.id;
    const line = (await node.report.clientLines()).find((each) => each.startsWith(`id=${id} `))!;
    return Object.fromEntries(line.split(" ").map((field) => field.split("=")));
  };
  t.like(await lineAfter("PING"), { flags: "N", sub: "0", multi: "-1", watch: "0", "multi-mem": "0" });
  t.like(await lineAfter("MULTI"), { flags: "x", multi: "0" });
  const queued = await lineAfter(
    "HELLO 3",
    "WATCH a b",
    "SUBSCRIBE a b",
    "PSUBSCRIBE c",
    "MULTI",
    "PING",
    "PING",
  );
  t.like(queued, { flags: "Px", sub: "2", psub: "1", ssub: "0", multi: "2", watch: "2" });
  t.true(Number(queued["multi-mem"]) > 8);
  t.true(Number(queued["tot-mem"]) > Number(queued["multi-mem"]));
  t.like(await lineAfter("CLIENT NO-EVICT on", "CLIENT NO-TOUCH on", "MONITOR"), { flags: "OeT" });
});

test("lines are in the order of ids, not of letters", (t) => {
  t.deepEqual(["id=10 a", "id=9 b", "id=1 c"].sort(byId), ["id=1 c", "id=9 b", "id=10 a"]);
});
