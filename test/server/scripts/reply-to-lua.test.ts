/**
 * Goal: a script gets of a command what it gets in Redis.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return redis.call('nosuch')
return redis.pcall('nosuch')
return redis.call()
return redis.call('get')
return redis.call('subscribe','a')
return redis.call({})
return redis.call('set','a',{})
return redis.call('set','a',true)
return redis.call('set','a',15947634569000323) and redis.call('get','a')
return redis.call('set','a',0.1) and redis.call('get','a')
return redis.call('set','a',3.0) and redis.call('get','a')
return redis.call('set','a',1e20) and redis.call('get','a')
return redis.call('set','a',1e15) and redis.call('get','a')
local e=redis.pcall('nosuch') local r={} for k,v in pairs(e) do r[#r+1]=k..'='..tostring(v) end table.sort(r) return table.concat(r,' ')
return redis.call('ping')
return redis.call('echo','x')
return redis.call('time')[1] and 1
return redis.call('set','a','b')
return redis.call('set','a','b').ok
return redis.call('get','nosuchkey')
return type(redis.call('get','nosuchkey'))
return redis.call('mget','nosuchkey','a')
return redis.call('SET','k')
return redis.pcall('SET','k')
return redis.call('eval','return 1',0)
return redis.call('config','get','x')
return redis.call('config')
return redis.call('script','load','x')
return redis.call('multi')
local r = redis.call('get','a') return r
return redis.call('GET',KEYS[1])
return redis.call('get','nosuchkey') == false
return {redis.call('get','nosuchkey'),redis.call('get','a')}
return redis.call('mget','a','nosuchkey','n')
return redis.call('set','k',ARGV[1])
return redis.call('set','k',ARGV[1],'EX',100)
return {redis.call('set','k','v','PX',100000),redis.call('ttl','k')}
return redis.call('set','k','v','NX')
return redis.call('set','a','v','NX')
return redis.call('set','a','v','NX') == false
return redis.call('set','a','new','GET')
return redis.call('set','a','v','FOO')
return redis.call('del','a','nosuchkey')
return redis.call('exists','a','k')
return redis.call('expire','a',100)
return redis.call('pexpire','a','x')
return redis.call('ttl','a')
return redis.call('pttl','nosuchkey')
return redis.call('persist','a')
return redis.call('strlen','a')
return redis.call('getrange','a',0,0)
return redis.call('getdel','a')
return redis.call('getset','a','z')
return redis.call('getex','a','EX',50)
return redis.call('setnx','k','v')
return redis.call('setex','k',10,'v')
return redis.call('psetex','k',10000,'v')
return redis.call('mset','k','1','a','2')
return redis.call('msetnx','k','1','a','2')
return redis.call('rename','a','k')
return redis.call('rename','nosuchkey','k')
return redis.call('copy','a','k')
return redis.call('type','a')
return redis.call('type','a').ok
return redis.call('type','a')['ok']
return redis.call('object','encoding','a')
return redis.call('object','encoding','nosuchkey')
return redis.call('touch','a','k')
return redis.call('unlink','a')
return redis.call('lcs','a','n')
return redis.call('ping','hi')
return redis.call('echo','hi')
return redis.call('PING').ok
return #redis.call('time')
return redis.call('nosuch','a')
return redis.call('object')
return redis.call('object','nosuch','a')
return redis.call('watch','a')
return redis.call('exec')
return redis.call('eval','return 1','0')
return redis.call('client','id')
return redis.call('monitor')
return redis.call('auth','x')
return redis.call('hello')
return redis.call('wait',0,0)
return redis.call(5)
return redis.call('set','k',1.5) and redis.call('get','k')
return redis.call('set','k',1e300) and redis.call('get','k')
return redis.call('set','k',-0.1) and redis.call('get','k')
return redis.call('set','k',2^53+1) and redis.call('get','k')
return redis.call('set','k',123456789012345678) and redis.call('get','k')
return redis.call('set','k','\0\r\n\255') and redis.call('get','k')
redis.setresp(3) return redis.call('get','nosuchkey')
redis.setresp(3) return type(redis.call('get','nosuchkey'))
redis.call('set',KEYS[1],ARGV[1]) local v = redis.call('get',KEYS[1]) return v..'!'
if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end
if redis.call('get',KEYS[1]) == 'b' then return redis.call('del',KEYS[1]) else return 0 end
local token = redis.call('get', KEYS[1]) if not token or token ~= 'b' then return 0 end redis.call('pexpire', KEYS[1], 10000) return 1
local expiration = redis.call('pttl', KEYS[1]) if not expiration then expiration = 0 end if expiration < 0 then return 0 end redis.call('pexpire', KEYS[1], expiration + 1000) return 1
local function f() redis.call('nosuch') end f()
local function f() return redis.call('nosuch') end return f()
error(redis.pcall('nosuch'))
assert(redis.pcall('nosuch').err == nil, 'boom')
return redis.pcall(redis.call)
`);

test("what commands reply is for a script what it is in Redis", (t) => sameAsRedis(t, SCRIPTS));
