/**
 * Goal: coroutines work as in Redis, and none goes on behind a limit.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return coroutine.wrap(function() coroutine.yield(5) end)()
return coroutine.running()
local co=coroutine.create(function() error('x') end) local ok,e=coroutine.resume(co) return e
local co = coroutine.create(function(a) local b = coroutine.yield(a+1) return b*2 end) local r={} r[1]=select(2,coroutine.resume(co,1)) r[2]=select(2,coroutine.resume(co,10)) r[3]=coroutine.status(co) r[4]=select(2,coroutine.resume(co)) return r
local g = coroutine.wrap(function() for i=1,3 do coroutine.yield(i) end end) return {g(),g(),g()}
local g = coroutine.wrap(function() error('in co') end) g()
return coroutine.yield(1)
`);

test("coroutines work as in Redis", (t) => sameAsRedis(t, SCRIPTS));
