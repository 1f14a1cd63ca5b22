/**
 * Goal: scripts see what they see in Redis, and leave nothing behind.
 * Method: each line is a script; redis-server is the judge. What would not end runs with a limit of some milliseconds.
 */
import test from "ava";
import { encodeReply } from "../../../proto/reply.ts";
import { Scripts } from "../../../server/scripts/scripts.ts";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
x y
local function f() return 1+f() end return f()
return print
return os.clock()
return #ARGV
return KEYS[1]
return _VERSION
local a={} a[nil]=1
for i='a',2 do end
return #{n=3}
return utf8
return ('a').b
return #'abc'
return #{1,2,3}
return not nil
b"
local t = {} for i=1,10 do t[i]=i*i end return t
local t = {} for i=10,1,-3 do t[#t+1]=i end return t
local function f(...) local a,b=... return b end return f(1,2,3)
return
local x
if KEYS[1] then return KEYS[1] else return 'none' end
return KEYS
return ARGV
return #KEYS..#ARGV
KEYS[1]='changed' return KEYS[1]
KEYS={} return 1
ARGV=nil
local KEYS = {} return #KEYS
KEYS.x = 5 return KEYS.x
_G['x'] = 1
_G.string = nil
return _G.redis ~= nil
return _G == _G._G
#!lua flags=no-writes
while
for i=1 do end
if true then
end
local a <const> = 1
a.b:c = 1
f(
x = }
return ...
local t = {f=function(self) return self.v end, v=9} return t:f()
local a,b,c = (function() return 1,2,3 end)() return c
local t = {} t.a = {} t.a.b = {} t.a.b.c = 5 return t.a.b.c
local function fib(n) if n < 2 then return n end return fib(n-1)+fib(n-2) end return fib(15)
repeat local x = 1 until true return 'done'
do local x = 5 end return x
local s = 0 for i = 1, 3 do for j = 1, 3 do if j == 2 then break end s = s + 1 end end return s
return (1 > 2) == false
`);

test("statements and globals work as in Redis", (t) => sameAsRedis(t, SCRIPTS));

const ENDLESS = linesOf(String.raw`
while true do end
while true do pcall(function() while true do end end) end
xpcall(function() while true do end end, function() while true do end end)
local co = coroutine.wrap(function() while true do end end) while true do pcall(co) end
while true do coroutine.resume(coroutine.create(function() while true do end end)) end
local t = setmetatable({}, {__newindex=function() while true do end end}) t.x = 1
return tostring(setmetatable({}, {__tostring=function() while true do end end}))
local function f() return f() end return f()
return string.rep('x', 1e9)
local s = 'x' while true do s = s .. s end
local s = string.rep('x', 2^25) return s..s..s..s..s..s..s..s
local t = {} while true do t[#t+1] = {} end
return string.find(string.rep('a', 1e5), string.rep('.-', 20)..'b')
return string.find(string.rep('a', 30), string.rep('a?', 30)..string.rep('a', 31))
for w in string.gmatch(string.rep('a', 1e5), string.rep('a*', 50)..'b') do end
return string.find(string.rep('x(', 1e5), '%b()')
return string.gsub(string.rep('x', 1e6), '', string.rep('y', 1e6))
return string.gsub(string.rep('x', 1e6), 'x', function() while true do end end)
local t = {} for i=1,20 do t[i] = string.rep('x', 4e6) end return string.format(string.rep('%s', 20), unpack(t))
local t = {} for i=1,40 do t = {t,t} end return cjson.encode(t)
local t = {} for i=1,40 do t = {t,t} end return t
return #cjson.decode('['..string.rep('[],', 3e5)..'1]')
local t = {} for i=1,1000 do t[i] = i end table.sort(t, function() while true do end end)
local t = {} for i=1,1e3 do t[i] = 'x' end while true do table.insert(t, 1, 'y') end
while true do loadstring(string.rep('a=1 ', 6e3)) end
`);

test("what would not end, or take all memory, is ended", (t) => {
  const scripts = new Scripts(() => performance.now());
  const host = { call: () => null, knows: () => true, log: () => {} };
  for (const script of ENDLESS) {
    const call = { keys: [], args: [], isReadOnly: false, ms: 10, hostOf: () => host };
    const { reply, isEnded } = scripts.run(Buffer.from(script), call);
    t.true(isEnded, script);
    t.regex(encodeReply(reply, 2).toString(), /^-ERR script ended: it (ran longer|took too much)/, script);
  }
});

test("no script sees what another one did", (t) => {
  const scripts = new Scripts(() => performance.now());
  const host = { call: () => null, knows: () => true, log: () => {} };
  const run = (script: string) => {
    const call = { keys: [], args: [Buffer.from("v")], isReadOnly: false, ms: 5000, hostOf: () => host };
    return encodeReply(scripts.run(Buffer.from(script), call).reply, 2).toString();
  };
  const looks =
    "return {KEYS[1] or 'none', ARGV[1], cjson.encode(1/3), math.random() < 1 and tostring(rawget(_G,'x'))}";
  const before = run(looks);
  for (const script of [
    "KEYS[1] = 'mine' ARGV[1] = 'mine'",
    "cjson.encode_number_precision(2) redis.setresp(3)",
    "_ENV = {}",
    "math.randomseed(5)",
    "string.len = 5",
    "rawset(_G, 'x', 1)",
    "getmetatable('').__index = function() return 'mine' end",
    "table.insert(redis, 1)",
    "setmetatable(_G, {__index = function() return 'mine' end})",
    "local f = string.gmatch('a', 'a') f = nil",
    "error('x')",
  ])
    run(script);
  t.is(run(looks), before);
  const losesGlobals = "local has = redis ~= nil _ENV = {} return has and 1 or 0";
  t.is(run(losesGlobals) + run(losesGlobals), ":1\r\n:1\r\n");
});

test("a script that fails in JavaScript fails like any other", (t) => {
  const scripts = new Scripts(() => performance.now());
  const host = { call: () => null, knows: () => true, log: () => {} };
  const run = (script: string) =>
    scripts.run(Buffer.from(script), { keys: [], args: [], isReadOnly: false, ms: 5000, hostOf: () => host })
      .reply;
  const text = (script: string) => encodeReply(run(script), 2).toString();
  t.regex(
    text("local t = setmetatable({}, {}) getmetatable(t).__index = function(s,k) return s[k] end return t.x"),
    /stack overflow/,
  );
  t.regex(
    text("error(setmetatable({}, {__index = function() while true do end end}))"),
    /^-ERR unknown error/,
  );
  t.regex(text("error({})"), /^-ERR unknown error/);
});
