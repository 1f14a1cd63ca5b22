/**
 * Goal: a mistyped name finds the one that was meant.
 * Method: known distances, and words against a short list.
 */

import test from "ava";
import { editDistance, nearest } from "../../../server/conf/nearest.ts";

test("each insertion, deletion, substitution and swap costs one", (t) => {
  t.is(editDistance("port", "port"), 0);
  t.is(editDistance("port", "ports"), 1);
  t.is(editDistance("port", "prt"), 1);
  t.is(editDistance("port", "part"), 1);
  t.is(editDistance("port", "prot"), 1);
  t.is(editDistance("", "abc"), 3);
  t.is(editDistance("kitten", "sitting"), 3);
});

test("the nearest name is found, if there is one worth naming", (t) => {
  const names = ["port", "peers", "maxmemory", "peer-port"];
  t.is(nearest("prot", names), "port");
  t.is(nearest("max-memory", names), "maxmemory");
  t.is(nearest("appendfsync", names), undefined);
  t.is(nearest("p".repeat(1_000_000), names), undefined);
});
