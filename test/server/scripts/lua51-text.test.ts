/**
 * Goal: a text means what it means for Lua 5.1.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return '\x41\d\065'
return {err='a\nb'}
return {ok='a\r\nb'}
return 'a\r\nb'
return '\n' < 'A'
return [==[x]]y]==]
return "\65\066\x"
return "tab\tq\"\\"
return '\z'
return '\u{41}'
-- comment
local x = 5 --[[ multi ]] return x
--[==[ a ]] b ]==] return 1
return {big_number='12\r\n3'}
return "x\0y"
x = 'unclosed
x = [[unclosed
x = 5x
x = 0x
x = 1e
`);

test("texts are read as Redis reads them", (t) => sameAsRedis(t, SCRIPTS));
