/**
 * Goal: string works as in Redis, and makes nothing too long.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return string.rep('x',-1)
return string.rep('ab',3)
return string.len('\0a')
return ('abc'):upper()..('ABC'):lower()..('abc'):reverse()..('abc'):len()..('ab'):rep(2)
return {('hello'):byte(1,-1)}
return string.char(104,105)
return string.char(256)
return string.char(-1)
return string.sub('hello',2,-2)
return string.sub('hello',-3)
return string.sub('hello',0)
return string.sub('hello',10)
return string.sub('hello',2.7,3.2)
return string.sub()
return string.rep('ab',0)
return string.pack
return select(2,pcall(function() string.rep() end))
return select(2,pcall(function() ('x'):rep({}) end))
return select(2,pcall(string.rep))
`);

test("string works as in Redis", (t) => sameAsRedis(t, SCRIPTS));
