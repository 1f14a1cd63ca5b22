/**
 * Goal: patterns match as in Redis, and none stands still.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return string.gsub('abc','%w','%0%0')
return string.find('abc','b',1,true)
return {string.find('a.b','%.')}
return string.gfind
local t={} for w in string.gmatch('one two  three','%a+') do t[#t+1]=w end return t
local t={} for k,v in string.gmatch('a=1, b=2','(%w+)=(%w+)') do t[#t+1]=k..v end return t
return string.find('hello world','wor')
return {string.find('hello world','(o)(.)')}
return {string.find('hello','l',4)}
return {string.find('hello','l',-1)}
return {string.find('hello','xyz')}
return {string.find('','')}
return {string.find('abc','',10)}
return {string.find('a+b','+',1,true)}
return string.match('key:123','%d+')
return string.match('key:123','^(%a+):(%d+)$')
return {string.match('key:123','^(%a+):(%d+)$')}
return {string.match('  trim  ','^%s*(.-)%s*$')}
return string.match('x','()')
return {string.gsub('hello world','o','0')}
return {string.gsub('hello world','(%w+)','<%1>')}
return {string.gsub('hello','','-')}
return {string.gsub('abc','b',{b='X'})}
return {string.gsub('abc','%w',function(c) if c=='b' then return 'Z' end end)}
return {string.gsub('abc','b','%%')}
return {string.gsub('abc','b','%x')}
return {string.gsub('abc def','%f[%w]%w+',string.upper)}
return {string.gsub('f(a(b)c)d','%b()','')}
return string.gsub('abc','(','')
return string.gsub('abc','%','')
return string.gsub('abc','[a','')
return string.gsub('abc','a','%2')
return string.gsub('abc','a',true)
return string.gsub('abc','a',{a=true})
return string.gsub('abc','a',{a={}})
`);

test("patterns match as in Redis", (t) => sameAsRedis(t, SCRIPTS));
