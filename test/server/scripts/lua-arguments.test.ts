/**
 * Goal: arguments are read as Lua 5.1 reads them: numbers are cut, texts become numbers and numbers texts, and a wrong one
 * has 5.1's error.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return string.sub('hello', '2', 3.9)
return string.rep(5, '3')
return string.sub('hello')
return string.sub({}, 1)
return ('x').rep()
return ('hello'):sub({})
return math.floor(true)
return table.concat('x')
return table.concat({}, {})
return string.len(5)
return string.char('65')
return string.char('x')
return unpack(5)
return select('x', 1)
return tonumber('10', 99)
return rawset(5, 1, 1)
`);

test("arguments are read as in Redis", (t) => sameAsRedis(t, SCRIPTS));
