/**
 * Goal: redis has the functions and the errors that it has in Redis.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return redis.error_reply('x')
return redis.error_reply('-x y')
return redis.error_reply('')
return redis.error_reply('ERR x')
return redis.error_reply()
return redis.error_reply(5)
return redis.status_reply('x')
return redis.status_reply()
return redis.sha1hex('a')
return redis.sha1hex()
return redis.sha1hex(1,2)
return redis.sha1hex(1)
return redis.log(1)
return redis.log('a','b')
return redis.log(99,'b')
return redis.log(redis.LOG_DEBUG,'b')
return redis.setresp(3)
return redis.setresp(4)
return redis.setresp()
return {pcall(redis.call,'nosuch')}
local ok,e=pcall(redis.call,'nosuch') return type(e)..' '..tostring(e.err)
return redis.replicate_commands()
return redis.set_repl(1)
return redis.breakpoint()
return redis.debug(1)
return redis.acl_check_cmd('get','a')
return {1, redis.call}
return redis.status_reply('a\nb')
return pcall(redis.call,'get')
redis.setresp(3) return {true,false}
redis.setresp(3) return true
redis.setresp(3) return false
redis.setresp(3) return {map={a=1}}
return redis.sha1hex('')
return redis.LOG_WARNING..redis.LOG_DEBUG
return redis.error_reply('A B')
return redis.error_reply({})
return redis.status_reply('ok then')
return redis.acl_check_cmd('set','a','b')
return redis.acl_check_cmd('nosuch')
return redis.acl_check_cmd()
redis.nosuch()
redis.call = 5
error(redis.error_reply('MY code'))
`);

test("redis works as in Redis", (t) => sameAsRedis(t, SCRIPTS));
