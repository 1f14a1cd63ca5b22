/**
 * Goal: the basic functions work as in Redis.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
error(nil)
error(5)
return tostring(15947634569000323)
return tostring(10/2)..' '..(1/3)..' '..1e15..' '..1e14..' '..123456789012345..' '..0.1..' '..1e-5..' '..(0/0)..' '..(1/0)..' '..-(1/0)..' '..-0
return tostring(2^53)
return type(tostring(string))
return unpack({1,2})
return loadstring('return 5')()
return load(function() return nil end)
return type(newproxy)
return select('#',1,2)
return tonumber('0x10')..tonumber('10',2)..tostring(tonumber('z',36))..tostring(tonumber(''))
return {pcall(error,'x')}
error('msg',0)
error('msg',2)
assert(false)
assert(nil,'m')
assert(false,{err='E x'})
return next
return type(getmetatable(''))
return tostring(0x7fffffff+1)
return tostring(nil)..tostring(true)
return ipairs
return xpcall(function() error('x') end, function(e) return 'h:'..e end)
return {xpcall(function() error('x') end, function(e) return 'h:'..e end)}
return rawequal('a','a')
return rawlen
return tostring(1e308*10)
error('a\nb')
error(true)
return tostring(1e15)
return tostring(123456789012345)
return tostring(1234567890123456)
return tostring(0.1)
return tostring(1/3)
return tostring(1e-5)
return tostring(-0)
return tostring(0/0)
local s = 0 for i=0.1,1,0.1 do s = s + i end return tostring(s)
local s='' for k,v in pairs({1,2,3,4,5}) do s=s..k..':'..v..' ' end return s
local s='' for k,v in ipairs({1,2,nil,4}) do s=s..k..':'..v..' ' end return s
return unpack({1,2,3},2)
return {unpack({1,2,3},2)}
return {unpack({1,2,nil,4},1,4)}
return select(2,'a','b','c')
return {select(-1,'a','b','c')}
return select(0,1)
return tonumber('  12  ')
return tonumber('0x1F')
return tonumber('1e2')
return tonumber('12abc')
return tonumber('ff',16)
return tonumber('777',8)
return tonumber('9',8)
return tonumber({})
return tonumber(nil)
return tonumber()
return tonumber('1.5')*2
return type(tonumber('inf'))
return type(nil)..type(1)..type('')..type({})..type(print == nil)
return next({})
return {next({5})}
return rawget({a=1},'a')
local t=setmetatable({},{__index={x=5}}) return t.x
local t=setmetatable({},{__call=function(self,a) return a*2 end}) return t(21)
local t=setmetatable({},{__add=function(a,b) return 42 end}) return t+1
local t=setmetatable({},{__tostring=function() return 'T' end}) return tostring(t)
local t=setmetatable({},{__metatable='locked'}) return getmetatable(t)
local t=setmetatable({},{__metatable='locked'}) setmetatable(t,{})
local t=setmetatable({},{__eq=function() return true end}) return t == setmetatable({},getmetatable(t))
local t=setmetatable({},{__lt=function() return true end}) return t < t
local t=setmetatable({},{__concat=function() return 'cat' end}) return t..'x'
local t=setmetatable({},{__newindex=function(t,k,v) rawset(t,k,v*2) end}) t.a=5 return t.a
setmetatable(1,{})
setmetatable({},1)
local function f(...) return select('#',...) end return f(nil,nil)
local f = loadstring('return ...') return f(5)
return loadstring('x y')
return {loadstring('x y')}
return {loadstring('return +','=name')}
return {load(function() end)}
local i=0 local f=load(function() i=i+1 return ({'return ','4','2'})[i] end) return f()
return {pcall(function() return 1,2,3 end)}
return {pcall(function() error('x') end)}
return {pcall(function() error('x',0) end)}
return {pcall(function() error() end)}
return select(2,pcall(function() return 'a' .. {} end))
return select(2,pcall(nil))
return {xpcall(function() return 5 end, function() return 'never' end)}
rawset(string,'x',1)
setmetatable(string,{})
getmetatable('').x = 1
getmetatable(_G).__index = nil
for k,v in pairs(redis) do if k=='call' then return 'found' end end
error('x',1)
error('x',3)
local function f() error('deep') end local function g() f() end g()
local function f() error('deep',2) end local function g() f() end g()
`);

test("basic functions work as in Redis", (t) => sameAsRedis(t, SCRIPTS));
