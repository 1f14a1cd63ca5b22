/**
 * Goal: hosts on this machine are told from all others.
 * Method: hosts of both kinds.
 */

import test from "ava";
import { parseAddress } from "../../../cluster/address.ts";
import { isAnyAddress, isLoopback } from "../../../server/conf/addresses.ts";

test("loopback is 127.0.0.0/8, ::1 and localhost", (t) => {
  for (const host of ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"]) t.true(isLoopback(host), host);
  for (const host of [
    "10.0.0.1",
    "128.0.0.1",
    "[::2]",
    "127.example.org",
    "localhost.example.org",
    "0.0.0.0",
  ]) {
    t.false(isLoopback(host), host);
  }
  t.true(isLoopback(parseAddress("::ffff:127.0.0.1")?.host ?? ""));
  t.false(isLoopback(parseAddress("::ffff:10.0.0.1")?.host ?? ""));
});

test("0.0.0.0 and :: are every address", (t) => {
  t.true(isAnyAddress("0.0.0.0"));
  t.true(isAnyAddress(parseAddress("0:0::0")?.host ?? ""));
  t.false(isAnyAddress("127.0.0.1"));
});
