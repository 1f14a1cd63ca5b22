/**
 * Goal: load and loadstring compile what Redis' do, with its errors, and no text that is too long.
 */
import test from "ava";
import { startRig } from "../rig.ts";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return loadstring('return ...')(5)
return {loadstring('x y')}
return {loadstring('return +', '=name')}
return {loadstring('return 0x', '@file')}
return {loadstring('\27Lua')} ~= nil
return loadstring('return KEYS[1]')()
return loadstring('x = 1')()
return select(2, pcall(loadstring('x = 1')))
return loadstring()
return load('return 1')
return {load(function() end)}
local i = 0 local f = load(function() i = i + 1 return ({'return ', '4', '2'})[i] end) return f()
local f = load(function() return nil end, 'name') return type(f)
`);

test("load and loadstring work as in Redis", (t) => sameAsRedis(t, SCRIPTS));

test("a text of more than 256 KiB is not compiled", async (t) => {
  const { ask } = await startRig(t, ["group default loader none"], { clock: () => performance.now() });
  const script = "return select(2, loadstring(string.rep(' ', 262145)))";
  t.is(await ask(["EVAL", script, "0"]), "$35\r\ntext is too long (max 262144 bytes)\r\n");
});
