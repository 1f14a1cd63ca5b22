/**
 * Goal: bit works as in Redis.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return bit.band(0xFFFFFFFF,0xff)..' '..bit.bnot(0)..' '..bit.tohex(255)..' '..bit.lshift(1,31)
return bit.bor(1,2,4)..','..bit.bxor(5,3)..','..bit.rshift(-1,28)..','..bit.arshift(-16,2)..','..bit.rol(0x12345678,12)..','..bit.ror(0x12345678,12)..','..bit.bswap(0x12345678)
return bit.tohex(0xdeadbeef)..bit.tohex(255,4)..bit.tohex(255,-4)
return bit.tobit(0xffffffff)..','..bit.tobit(2^32+1)..','..bit.tobit(-1.5)
return bit.band()
`);

test("operations on bits are those of Redis", (t) => sameAsRedis(t, SCRIPTS));
