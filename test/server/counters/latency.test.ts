/**
 * Goal: the histogram's percentiles are right to a bucket.
 * Method: random times beside a sorted array as the model; the edges by example.
 */

import test from "ava";
import fc from "fast-check";
import { Latency } from "../../../server/counters/latency.ts";

function latencyOf(...seconds: number[]): Latency {
  const latency = new Latency();
  for (const each of seconds) latency.observe(each);
  return latency;
}

test("a percentile is at most a quarter too high and never too low", (t) => {
  const quantiles = [0, 0.01, 0.5, 0.9, 0.99, 1];
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1e-5, max: 200, noNaN: true }), { minLength: 1 }), (seconds) => {
      const latency = latencyOf(...seconds);
      const sorted = seconds.toSorted((a, b) => a - b);
      for (const quantile of quantiles) {
        const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)]!;
        const found = latency.percentile(quantile);
        t.true(found >= exact && found <= exact * 1.25 + 1e-6, `${quantile}: ${found} for ${exact}`);
      }
    }),
  );
});

test("a snapshot counts the times below each bound", (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 300, noNaN: true })), (seconds) => {
      const { count, sumSeconds, below } = latencyOf(...seconds).snapshot();
      t.is(count, seconds.length);
      t.true(Math.abs(sumSeconds - seconds.reduce((a, b) => a + b, 0)) < 1e-6);
      for (const bound of below) {
        // A time within a tick below a bound may count on either side of it: seconds become ticks by rounding.
        const least = seconds.filter((each) => each < bound.seconds - 1e-7).length;
        const most = seconds.filter((each) => each < bound.seconds + 1e-7).length;
        t.true(bound.count >= least && bound.count <= most, `below ${bound.seconds}`);
      }
    }),
  );
});

test("bounds ascend by fours from 1.6 us to 107 s", (t) => {
  const bounds = latencyOf()
    .snapshot()
    .below.map(({ seconds }) => seconds);
  t.is(bounds.length, 14);
  t.deepEqual(bounds.slice(0, 3), [0.0000016, 0.0000064, 0.0000256]);
  t.is(bounds.at(-1), 107.3741824);
});

test("negative times and NaN count as 0, and endless ones as 214 s", (t) => {
  const latency = latencyOf(-1, Number.NaN, Number.POSITIVE_INFINITY, 1e9, 0);
  t.is(latency.snapshot().count, 5);
  t.is(latency.percentile(0.5), 1e-7);
  t.true(latency.percentile(0.8) > 200);
  t.true(latency.percentile(1) < 215);
});

test("is empty at first and after a reset", (t) => {
  const latency = latencyOf(1, 2);
  latency.reset();
  t.is(latency.percentile(0.99), 0);
  t.deepEqual(latency.snapshot(), latencyOf().snapshot());
});

test("adds up the histograms of threads", (t) => {
  const sum = latencyOf(0.001, 0.5);
  sum.add(latencyOf(0.02));
  t.deepEqual(sum.snapshot(), latencyOf(0.001, 0.5, 0.02).snapshot());
});

test("a histogram on a copy of the state is a copy of the histogram", (t) => {
  const latency = latencyOf(0.5, 0.001);
  const copy = new Latency(Float64Array.from(latency.state));
  t.deepEqual(copy.snapshot(), latency.snapshot());
  latency.observe(1);
  t.is(copy.snapshot().count, 2);
});
