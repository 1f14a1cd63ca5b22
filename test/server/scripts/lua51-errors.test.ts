/**
 * Goal: errors have the texts of Lua 5.1.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
local x=1 x.y=2
foo.bar()
local t={} t.x.y=1
local t={} t.foo()
return 'a'+1
return 'a'<1
return {}..''
local a a()
return #nil
local ok,e=pcall(function() local x=1 x.y=2 end) return e
return ('x'):bad()
local t = setmetatable({}, {__index=function() return 'x' end}) return t.foo
return select(2,pcall(function() local x = nil; return x.y end))
return select(2,pcall(function() return nosuch end))
return select(2,pcall(function() return 1 + {} end))
return select(2,pcall(function() return #5 end))
return select(2,pcall(function() return {} < {} end))
return select(2,pcall(function() return 1 < 'x' end))
return select(2,pcall(function() return nil > 1 end))
return select(2,pcall(function() local t = {} t[0/0] = 1 end))
return {xpcall(function() local x = nil; x() end, function(e) return e end)}
`);

test("mistakes have the texts that they have in Redis", (t) => sameAsRedis(t, SCRIPTS));
