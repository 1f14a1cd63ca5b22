/**
 * Goal: a line of MONITOR is Redis' for any bytes, and shows no password.
 * Method: every byte, and a real redis-server that is asked to show the same.
 */
import test from "ava";
import { monitorLine } from "../../../server/sessions/monitor-line.ts";

const words = (...texts: string[]) => texts.map((text) => Buffer.from(text, "latin1"));
const shown = (...texts: string[]) => monitorLine(words(...texts), "0 1.2.3.4:5", 1_700_000_000_123.456);

test("time to the microsecond, database, address, words as they came", (t) => {
  t.is(shown("gEt", "k"), '1700000000.123456 [0 1.2.3.4:5] "gEt" "k"');
  t.is(monitorLine(words("a"), "0 x", 1_700_000_000_000.009), '1700000000.000009 [0 x] "a"');
});

test("any byte is printable in it, as Redis prints it", (t) => {
  t.true(shown("a\"\\\n\r\t\x07\b\0\x7f\xff '").endsWith('5] "a\\"\\\\\\n\\r\\t\\a\\b\\x00\\x7f\\xff \'"'));
  for (let byte = 0; byte < 256; byte++)
    t.regex(shown(String.fromCharCode(byte)), /^1700000000\.123456 \[0 1\.2\.3\.4:5\] "[ -~]+"$/);
});

test("passwords are not in it", (t) => {
  t.true(shown("AUTH", "user", "secret").endsWith('"AUTH" "(redacted)" "(redacted)"'));
  t.true(shown("auth", "secret").endsWith('"auth" "(redacted)"'));
  t.true(
    shown("hello", "3", "setname", "x", "Auth", "user", "secret").endsWith(
      '"hello" "3" "setname" "x" "Auth" "(redacted)" "(redacted)"',
    ),
  );
  t.true(
    shown("hello", "3", "setname", "auth", "auth", "user", "secret").endsWith(
      '"setname" "auth" "auth" "(redacted)" "(redacted)"',
    ),
  );
  for (const name of ["requirepass", "Admin-Password", "cluster-secret", "masterauth"])
    t.true(shown("config", "set", "hz", "5", name, "secret").endsWith(`"5" "${name}" "(redacted)"`));
  t.true(shown("hello", "3", "auth").endsWith('"hello" "3" "auth"'));
  t.true(shown("hello").endsWith('"hello"'));
  t.true(shown("get", "auth", "x").endsWith('"get" "auth" "x"'));
});
