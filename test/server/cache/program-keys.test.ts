/**
 * Goal: a loader can get, set and delete other keys, and a mistake in that is its own. Method: nodes whose loader uses them;
 * test/server/carrot-node.test.ts has the checks of arguments.
 */
import test from "ava";
import { LoadError, loaderNode } from "../../../server/cache/program-keys.ts";
import type { LoaderNode } from "../../../server/loaders/loader.ts";
import { currentScope, runIn } from "../../../server/loaders/loader-scope.ts";
import { startRig } from "../rig.ts";

const LINES = ["group a loader none", "group b loader none"];

test("a load may use other keys, by their whole names", async (t) => {
  const load = async (key: unknown, { node }: { node: LoaderNode }) => {
    if (key !== "sum") return key === "none" ? null : `value of ${key}`;
    await node.set("b:seen", Buffer.from("yes"), { ttlMs: 60_000 });
    await node.delete("b:old");
    return `${await node.get("a:one")}, ${await node.get("a:none")}`;
  };
  const { ask } = await startRig(t, LINES, { loader: { load } });
  await ask(["SET", "b:old", "1"]);
  t.is(await ask(["GET", "a:sum"]), "$18\r\nvalue of one, null\r\n");
  t.is(
    await ask(["GET", "b:seen"], ["PTTL", "b:seen"], ["EXISTS", "b:old"]),
    "$3\r\nyes\r\n:60000\r\n:0\r\n",
  );
});

test("a load of another key that fails rejects with a LoadError", async (t) => {
  const load = async (key: unknown, { node }: { node: LoaderNode }) => {
    if (key === "bad") throw new Error("down");
    const error = await node.get("a:bad").catch((thrown) => thrown);
    return `${error instanceof LoadError} ${error.message}`;
  };
  const { ask } = await startRig(t, LINES, { loader: { load } });
  t.is(await ask(["GET", "a:x"]), "$24\r\ntrue loader failed: down\r\n");
});

test("start has the same node, and a loader that calls it after the end gets a rejection", async (t) => {
  let node: LoaderNode | undefined;
  const start = async (context: { node: LoaderNode }) => {
    node = context.node;
    await node.set("b:warm", "1");
  };
  const rig = await startRig(t, LINES, { loader: { start, load: () => null } });
  t.is(await rig.ask(["GET", "b:warm"]), "$1\r\n1\r\n");
  await rig.node.close();
  await t.throwsAsync(node!.delete("b:warm"), { message: "the node is closed" });
});

test("the node works outside of the loader's scope, and the promise that it returns is the loader's", async (t) => {
  const scope = { escaped: () => {} };
  const seen: unknown[] = [];
  const node = loaderNode(() => {
    seen.push(currentScope());
    throw new Error("closed");
  });
  await runIn(scope, async () => {
    await node.get("a").catch(() => seen.push(currentScope()));
  });
  t.deepEqual(seen, [undefined, scope]);
});
