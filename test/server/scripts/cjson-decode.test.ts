/**
 * Goal: cjson.decode reads what Redis' cjson reads, and its errors.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return cjson.decode('[1,2.5,null,true]')
return cjson.decode('[1,')
return cjson.decode('{"a":null}').a == cjson.null
return cjson.decode('"\\u00e9\\ud83d\\ude00"')
return cjson.decode('nope')
return cjson.decode('')
return cjson.decode('{"a":1}x')
return cjson.decode(5)
return cjson.decode()
return cjson.decode('{"a":[1,2,{"b":null}]}').a[3].b == cjson.null
return cjson.decode('[1.5e3,-2,0]')
return cjson.decode('"a\\nb\\u0041\\"\\/"')
return cjson.decode('[]')
return cjson.decode('{}')
return cjson.decode('  [1]  ')
return cjson.decode('[1 2]')
return cjson.decode('{"a" 1}')
return cjson.decode('{a:1}')
return cjson.decode('{"a":1,}')
return cjson.decode('[1,]')
return cjson.decode('"abc')
return cjson.decode('"\\x"')
return cjson.decode('"\\ud800"')
return cjson.decode('"\\u12"')
return cjson.decode('tru')
return cjson.decode('nul')
return cjson.decode('[')
return cjson.decode('{')
return cjson.decode('-')
return cjson.decode('1 2')
return tostring(cjson.decode('0x10'))
return tostring(cjson.decode('1e'))
return tostring(cjson.decode('01'))
return tostring(cjson.decode('1.'))
return tostring(cjson.decode('+1'))
return tostring(cjson.decode('-Infinity'))
return cjson.decode(string.rep('[',1001)..string.rep(']',1001))
return cjson.encode(cjson.decode('{"k":[1,2,{"x":"y"}]}'))
`);

test("what cjson.decode reads is what Redis reads", (t) => sameAsRedis(t, SCRIPTS));
