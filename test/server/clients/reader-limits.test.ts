/**
 * The limits of a client's reader follow the conf. Method: change the conf in place, as CONFIG SET does.
 */
import test from "ava";
import { LiveReaderLimits } from "../../../server/clients/reader-limits.ts";

test("limits are those of the conf, and the same objects until it changes", (t) => {
  const conf = { maxCommandBytes: 1000 };
  const limits = new LiveReaderLimits(conf);
  const before = limits.of(true);
  t.deepEqual(before, {
    maxArgs: 1_048_576,
    maxBulkBytes: 1000,
    maxCommandBytes: 1000,
    maxInlineBytes: 65_536,
  });
  t.is(limits.of(true), before);
  conf.maxCommandBytes = 2000;
  t.is(limits.of(true).maxCommandBytes, 2000);
  t.is(limits.of(true).maxBulkBytes, 2000);
});

test("before a client has authenticated Redis' two smaller limits hold too", (t) => {
  const conf = { maxCommandBytes: 1000 };
  const limits = new LiveReaderLimits(conf);
  t.deepEqual(limits.of(false), { ...limits.of(true), unauthenticated: true });
  t.is(limits.of(true).unauthenticated, undefined);
  conf.maxCommandBytes = 2000;
  t.deepEqual(limits.of(false), { ...limits.of(true), unauthenticated: true });
});

test("before that a command has 64 kB in all, or less where the conf says so", (t) => {
  const conf = { maxCommandBytes: 1 << 26 };
  const limits = new LiveReaderLimits(conf);
  t.is(limits.of(false).maxCommandBytes, 65_536);
  t.is(limits.of(true).maxCommandBytes, 1 << 26);
  conf.maxCommandBytes = 1000;
  t.is(limits.of(false).maxCommandBytes, 1000);
});
