/**
 * Goal: commands on bits answer as redis-server's do at every edge of a value. Method: the same pipelines to a redis-server,
 * with all starts and ends around values of 0 to 3 bytes.
 */
import test from "ava";
import { compareWithRedis } from "./compare-with-redis.ts";

const VALUES = ["", "\xff", "\0", "\x01\x80", "\xff\xff\xff", "\0\0\0", "a\0\xfe"];
const PLACES = [-30, -25, -24, -17, -9, -8, -4, -3, -2, -1, 0, 1, 2, 3, 7, 8, 15, 16, 22, 23, 24, 30];

test("BITCOUNT and BITPOS find the bits of every span", async (t) => {
  const spans = PLACES.flatMap((start) => PLACES.map((end) => `${start} ${end}`));
  await compareWithRedis(
    t,
    2,
    VALUES.map((value) => {
      const looks = spans.flatMap((span) => [
        ...["", " BIT", " byte"].map((unit) => `BITCOUNT scores:v ${span}${unit}`),
        ...[" BIT", ""].flatMap((unit) => [0, 1].map((bit) => `BITPOS scores:v ${bit} ${span}${unit}`)),
      ]);
      const open = PLACES.flatMap((start) => [0, 1].map((bit) => `BITPOS scores:v ${bit} ${start}`));
      return [`SET scores:v ${value}`, ...looks, ...open, "BITCOUNT scores:v", "BITPOS scores:v 0"].join(
        " | ",
      );
    }),
  );
});

test("SETBIT and GETBIT name a bit as Redis does, and refuse what it refuses", async (t) => {
  await compareWithRedis(t, 2, [
    ...VALUES.flatMap((value) =>
      ["0", "7", "8", "23", "24", "100"].map(
        (at) =>
          `SET scores:v ${value} | GETBIT scores:v ${at} | SETBIT scores:v ${at} 1 | SETBIT scores:v ${at} 0`,
      ),
    ),
    "SETBIT scores:n 3 1 | GET scores:n | SETBIT scores:n 3 2 | SETBIT scores:n -1 1 | SETBIT scores:n x 1",
    "SETBIT scores:n 4294967296 1 | GETBIT scores:n 4294967296 | GETBIT scores:n 4294967295 | SETBIT scores:n 1 x",
    "BITPOS scores:n 2 | BITPOS scores:n x | BITPOS scores:Tom 1 x | BITPOS scores:Tom 1 0 x | BITPOS scores:Tom",
    "BITCOUNT scores:Tom 1 | BITCOUNT scores:Tom 0 1 FOO | BITCOUNT scores:Tom x 1 | BITCOUNT scores:n 0 x FOO",
    "BITCOUNT scores:Tom -1 -3 FOO | BITCOUNT scores:Tom 0 -1 BIT x | BITPOS scores:Tom 1 0 -1 FOO | BITCOUNT",
    "BITPOS scores:Tom 1 x -1 FOO | BITPOS scores:Tom 1 0 x FOO | BITPOS scores:Tom 1 0 -1 BIT x | BITPOS scores:n 1 0 x",
  ]);
});
