/**
 * Goal: every spelling of an address comes to one, and what is no address is refused.
 * Method: tables; Node's own tests for IP addresses as oracles for random text.
 */

import { isIPv4, isIPv6 } from "node:net";
import test from "ava";
import fc from "fast-check";
import { isMemberId, parseAddress, plainHost } from "../../cluster/address.ts";

const addresses: readonly (readonly [string, string | undefined])[] = [
  ["127.0.0.1:1", "127.0.0.1:1"],
  ["127.0.0.1:16390", "127.0.0.1:16390"],
  ["127.0.0.1:007", "127.0.0.1:7"],
  ["Cache-1.Example.ORG:16390", "cache-1.example.org:16390"],
  ["cache-1.example.org.:16390", "cache-1.example.org:16390"],
  ["cache-0.cache.default.svc:1", "cache-0.cache.default.svc:1"],
  ["localhost:65535", "localhost:65535"],
  ["a:65535", "a:65535"],
  ["my_service:1", "my_service:1"],
  ["_a.svc:16390", "_a.svc:16390"],
  ["[::1]:5", "[::1]:5"],
  ["[FD00:0:0::0001]:5", "[fd00::1]:5"],
  ["[fe80::1.2.3.4]:7000", "[fe80::102:304]:7000"],
  ["[fe80::1%eth0]:5", "[fe80::1%eth0]:5"],
  ["10.0.0.1", "10.0.0.1:undefined"],
  ["::1", "[::1]:undefined"],
  ["::1:1", "[::1:1]:undefined"],
  ["[::1]", "[::1]:undefined"],
  ["127.0.0.1:0", undefined],
  ["127.0.0.1:65536", undefined],
  ["127.0.0.1:", undefined],
  ["127.0.0.1:x", undefined],
  ["a:1 ", undefined],
  ["a:1:2", undefined],
  [":1", undefined],
  ["", undefined],
  ["10.0.0.256:1", undefined],
  ["010.0.0.1:1", undefined],
  ["127.1:1", undefined],
  ["[10.0.0.1]:1", undefined],
  ["[::1:1", undefined],
  ["[]:1", undefined],
  ["[a]b:1", undefined],
  ["[::1]@[::2]:1", undefined],
  ["[::1%]:1", undefined],
  ["[::1%eth0/]:1", undefined],
  ["a b:1", undefined],
  ["a\r\nb:1", undefined],
  ["a\r\n:1", undefined],
  ["a/../b:1", undefined],
  ["http://a:1", undefined],
  ["-a:1", undefined],
  ["a..b:1", undefined],
  [`${"a".repeat(64)}:1`, undefined],
  [`${"a.".repeat(127)}a:1`, undefined],
  [`${"a".repeat(258)}:1`, undefined],
  [`[::1%${"a".repeat(300)}]:1`, undefined],
];

for (const [text, canonical] of addresses) {
  test(`${JSON.stringify(text.slice(0, 40))} of ${text.length} is ${canonical ?? "no address"}`, (t) => {
    const address = parseAddress(text);
    t.is(address && `${address.host}:${address.port}`, canonical);
  });
}

test("an id is a canonical host with its port, and nothing else", (t) => {
  for (const [text, canonical] of addresses) {
    const isId = canonical !== undefined && !canonical.endsWith("undefined");
    if (isId) t.true(isMemberId(canonical), canonical);
    t.is(isMemberId(text), isId && text === canonical, text);
  }
});

test("a host is dialed without brackets", (t) => {
  t.is(plainHost("[fe80::1%eth0]"), "fe80::1%eth0");
  t.is(plainHost("a.example"), "a.example");
});

test("IP addresses are those of Node", (t) => {
  const parts = fc.constantFrom(
    "::",
    ":",
    ".",
    "0",
    "1",
    "255",
    "256",
    "00",
    "ffff",
    "12345",
    "1.2.3.4",
    "g",
  );
  const property = fc.property(fc.array(parts, { maxLength: 16 }), (words) => {
    const text = words.join("");
    t.is(parseAddress(text)?.host.startsWith("[") ?? false, isIPv6(text), text);
    if (/^[\d.]+$/.test(text) && !text.endsWith("."))
      t.is(parseAddress(text) !== undefined, isIPv4(text), text);
  });
  fc.assert(property, { numRuns: 5000 });
});
