/**
 * Goal: string.format formats as in Redis.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return string.format('%d', 3.7)
return string.format('%d','x')
return string.format('%5.2f|%q|%s|%x|%c|%i|%e|%g', 3.14159, 'a\n"b', 'z', 255, 65, 5, 1.5, 1e20)
return ('%5s|%-5s|%05d'):format('a','b',42)
return string.format('%s %s', 1, 1.5)
return string.format('%q', 1)
return string.format('%10.4s|', 'abcdefgh')
return string.format('%')
return string.format('%y', 1)
return string.format('%s')
return string.format('%5d|%-5d|%05d|%+d|% d',42,42,42,42,42)
return string.format('%x %X %#x %o',255,255,255,8)
return string.format('%e %E %.2e',12345.678,12345.678,0)
return string.format('%f %.0f %.3f %10.2f',1.5,2.5,1/3,3.14159)
return string.format('%g %g %g %.3g %g',1e20,1e-5,100000,1234567,1000000)
return string.format('%s %10s %-10s| %.2s','a','b','c','defg')
return string.format('%q','a\0b\rc\n"\\')
return string.format('%c%c%c',72,105,33)
return string.format('%i',-5)
return string.format('%u',-1)
return string.format('%5.1f|%%',2.25)
return string.format('%d',2^53)
return string.format('%d',-2^63)
return string.format('%d','12')
return string.format('%s',nil)
return string.format('%s',{} ~= nil)
return string.format('%d')
return string.format('%123d',1)
return string.format()
return {verbatim_string={format='txt',string='hello'}}
return {verbatim_string={format='markdown',string='hello'}}
return {verbatim_string={format='txt'}}
string.format = nil
`);

test("string.format formats as in Redis", (t) => sameAsRedis(t, SCRIPTS));
