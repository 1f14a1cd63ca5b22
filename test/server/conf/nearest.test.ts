/**
 * Goal: a mistyped name finds the one that was meant.
 * Method: pairs of candidates, of which one is nearer by a single step; a word against a short list of names.
 */

import test from "ava";
import { nearest } from "../../../server/conf/nearest.ts";

test("each insertion, deletion, substitution and swap costs one", (t) => {
  // The first of each pair is one step nearer to "kitten".
  for (const [near, far] of [
    ["kittens", "kittenss"],
    ["kitte", "kitt"],
    ["kitten", "kittex"],
    ["mitten", "mittex"],
    ["iktten", "ikttne"],
    ["kittne", "ikttne"],
    ["sitting", "sittings"],
  ] as const) {
    t.is(nearest("kitten", [far, near]), near);
  }
  t.is(nearest("kitten", ["sitting"]), "sitting", "three steps");
  t.is(nearest("kitten", ["sittings"]), undefined, "four");
});

test("the nearest name is found, if one is near enough", (t) => {
  const names = ["port", "peers", "maxmemory", "peer-port"];
  t.is(nearest("prot", names), "port");
  t.is(nearest("max-memory", names), "maxmemory");
  t.is(nearest("appendfsync", names), undefined);
});

test("a word too long to be a name is compared with none", (t) => {
  const untouchable = {
    [Symbol.iterator](): Iterator<string> {
      throw new Error("compared");
    },
  };
  t.is(nearest("p".repeat(65), untouchable), undefined);
});
