/** Goal: what is hardly meant is said, with its place and without the secret. Method: confs as text. */
import test from "ava";
import { warningsOf } from "../../../server/conf/conf-warnings.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

const warnings = (...lines: string[]) => warningsOf(readConf({ text: lines.join("\n") }));

test("a secret that looks like a variable is warned of, whichever it is", (t) => {
  const why = "looks like a variable, but a conf has none: these characters are the secret itself";
  for (const directive of ["requirepass", "admin-password", "cluster-secret"])
    t.deepEqual(warnings("", `${directive} \${REDIS_PASSWORD}`), [`carrot.conf:2: ${directive}: ${why}`]);
  for (const value of ["$PASS", `$\{PASS:-x}`, '"$(cat file)"', '"{{ .Values.pass }}"', "%PASS%"])
    t.is(warnings(`requirepass ${value}`).length, 1, value);
  for (const value of ['""', "a$b", "secret", "100%", '"$ and $"', "{}"])
    t.deepEqual(warnings(`requirepass ${value}`), [], value);
});

test("an address that others reach is warned of, until there is a password", (t) => {
  t.deepEqual(warnings("bind 0.0.0.0"), [
    "bind has 0.0.0.0 and there is no requirepass: only clients on this machine are let in (protected-mode)",
  ]);
  t.regex(
    warnings("bind 127.0.0.1 ::", "protected-mode no").join(),
    /bind has :: .*everybody who reaches it is/,
  );
  t.deepEqual(warnings("bind 0.0.0.0", "requirepass x"), []);
  t.deepEqual(warnings("bind 127.0.0.1 ::1"), []);
});
