/**
 * Goal: messages have one form wherever the directive stands.
 * Method: the same mistake at a line, on the command line, in a default, and found after the start.
 */

import test from "ava";
import { ConfError, directiveError, errorAt } from "../../../server/conf/conf-error.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

test("a message starts with the place, if there is one", (t) => {
  const line = { where: "carrot.conf:3", directory: "/", onCommandLine: false };
  const args = { where: "command line", directory: "/", onCommandLine: true };
  t.is(errorAt(line, "port", "no").message, "carrot.conf:3: port: no");
  t.is(errorAt(args, "group a ttl", "no").message, "command line: --group a ttl: no");
  t.is(errorAt(undefined, "port", "no").message, "port: no");
  t.true(errorAt(undefined, "port", "no") instanceof ConfError);
});

test("a mistake that shows after the start names the directive's line", (t) => {
  const conf = readConf({ text: "\nport 1\ngroup a ttl 1s", overrides: ["--http-port", "2"] });
  t.is(directiveError(conf, "port", "in use").message, "carrot.conf:2: port: in use");
  t.is(directiveError(conf, "group a ttl", "no").message, "carrot.conf:3: group a ttl: no");
  t.is(directiveError(conf, "http-port", "in use").message, "command line: --http-port: in use");
  t.is(directiveError(conf, "bind", "no such address").message, "bind: no such address");
});
