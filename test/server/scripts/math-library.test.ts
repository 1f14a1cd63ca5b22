/**
 * Goal: math works as in Redis.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { encodeReply } from "../../../proto/reply.ts";
import { Scripts } from "../../../server/scripts/scripts.ts";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return math.floor(3.7)
return math.pow(2,3)
return math.mod(7,3)
return math.log10(1000)
return math.huge
return -math.huge
return math.floor(-3.5)
return math.ceil(3.2)
return math.abs(-5)
return math.max(1,5,3)
return math.min(4,2,8)
return math.fmod(-7,3)
return math.modf(3.7)
return {math.modf(-3.7)}
return math.sqrt(16)
return tostring(math.pi)
return tostring(math.sin(1))
return math.log(math.exp(2))
return {math.frexp(8)}
return math.ldexp(1,10)
return math.deg(math.pi)
return tostring(math.huge)..tostring(-math.huge)
return math.floor('7.9')
return math.floor('x')
return math.floor()
return math.tointeger
`);

test("math works as in Redis", (t) => sameAsRedis(t, SCRIPTS));

test("random goes on from script to script, and a seed holds for its own script", (t) => {
  const drawsOf = (scripts: readonly string[]) => {
    const own = new Scripts(() => 0);
    const host = { call: () => null, knows: () => true, log: () => {} };
    const run = (script: string) => {
      const call = { keys: [], args: [], isReadOnly: false, ms: 1000, hostOf: () => host };
      return encodeReply(own.run(Buffer.from(script), call).reply, 2).toString();
    };
    return scripts.map(run);
  };
  const draw = "return tostring(math.random())";
  const seeded = "math.randomseed(5) return tostring(math.random())";
  const [first, second] = drawsOf([draw, draw]);
  t.deepEqual(drawsOf([draw, seeded, draw, seeded]), [
    first!,
    "$16\r\n0.52483957937213\r\n",
    second!,
    "$16\r\n0.52483957937213\r\n",
  ]);
  t.is(first, "$16\r\n0.39646477363839\r\n");
});
