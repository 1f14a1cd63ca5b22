/**
 * Goal: cjson.encode writes what Redis' cjson writes, and its errors.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return cjson.encode({1,2})
return cjson.encode({[1]=1,[1000]=2})
return cjson.encode(function() end)
return cjson.encode(0/0)
return cjson.encode(1e15)..cjson.encode(0.1)..cjson.encode(100)..cjson.encode(12345678901234567890)
return cjson.encode('a"\\/\b\n\t\1\127é')
return cjson.encode({})
return cjson.encode({1,2,3})
return cjson.encode({a=1})
return cjson.encode('x')
return cjson.encode(nil)
return cjson.encode({1,nil,3})
return cjson.encode({[1]='a',[3]='c'})
return cjson.encode(true)
return cjson.encode({[1.5]=1})
return cjson.encode({[true]=1})
return cjson.encode(1,2)
return cjson.encode()
return cjson.encode(cjson.null)
return cjson.encode({cjson.null})
return cjson.encode('\1\31\127\200')
return cjson.encode(0.1)..cjson.encode(1e20)..cjson.encode(-0)
local t={} for i=1,1001 do t={t} end return cjson.encode(t)
`);

test("what cjson.encode writes is what Redis writes", (t) => sameAsRedis(t, SCRIPTS));
