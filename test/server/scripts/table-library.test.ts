/**
 * Goal: table works as in Redis, and does nothing without an end.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return table.getn({1,2})
return table.maxn({1,2,[10]=3})
local r='' table.foreach({1,2},function(i,v) r=r..i..v end) return r
return table.unpack
return table.pack
return table.concat({1,2,3},',')
return table.concat({1,2,3},',',2)
return table.concat({1,2,3},',',2,3)
return table.concat({},'x')
return table.concat({1,{},3})
return table.concat({1,nil,3},',',1,3)
local t={3,1,2} table.sort(t) return t
local t={3,1,2} table.sort(t,function(a,b) return a>b end) return t
local t={'b','a','c'} table.sort(t) return t
local t={1,'a'} table.sort(t) return t
local t={1,2} table.insert(t,3) return t
local t={1,2} table.insert(t,1,0) return t
local t={1,2} table.insert(t) return t
local t={1,2} table.insert(t,1,2,3) return t
local t={1,2,3} table.remove(t,1) return t
local t={1,2,3} return table.remove(t)
return table.remove({})
table.insert(string,1)
`);

test("table works as in Redis", (t) => sameAsRedis(t, SCRIPTS));
