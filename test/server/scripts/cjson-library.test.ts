/**
 * Goal: cjson has Redis' fields, and its settings end with the script.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { startRig } from "../rig.ts";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return tostring(cjson.null)
return cjson._VERSION
`);

test("cjson has the fields that it has in Redis", (t) => sameAsRedis(t, SCRIPTS));

test("the settings of cjson hold for one script", async (t) => {
  const { ask } = await startRig(t, ["group default loader none"], { clock: () => performance.now() });
  const sets = "cjson.encode_sparse_array(true) cjson.encode_number_precision(3) cjson.encode_max_depth(2)";
  const encodes = "return {pcall(cjson.encode, {[1]=1/3,[1000]={{}}}), cjson.encode(1/3)}";
  t.is(await ask(["EVAL", `${sets} return cjson.encode(1/3)`, "0"]), "$5\r\n0.333\r\n");
  t.regex(await ask(["EVAL", encodes, "0"]), /excessively sparse|\$-1[\s\S]*0\.33333333333333/);
});
