/**
 * Goal: letters of classes are read and written as redis-server does.
 * Method: what redis-server 7.0.15 answered to CONFIG GET behind CONFIG SET of each.
 */
import test from "ava";
import { eventClassesOf, namesClass } from "../../../server/conf/event-classes.ts";

for (const [letters, classes] of [
  ...([
    ["KEA", "AKE"],
    ["gK", "gK"],
    ["$E", "$E"],
    ["K", "K"],
    ["", ""],
    ["nKE", "nKE"],
    ["mK", "Km"],
  ] as const),
  ...([
    ["Exn", "xnE"],
    ["KEg$lshzxetdm", "AKEm"],
    ["zzA", "A"],
    ["q", undefined],
    ["K E", undefined],
  ] as const),
] as const) {
  test(`${JSON.stringify(letters)} is ${JSON.stringify(classes)}`, (t) => {
    t.is(eventClassesOf(letters), classes);
  });
}

test("a letter that A stands for is named by A, n and m only by themselves", (t) => {
  const named = (classes: string) =>
    (["g", "$", "x", "e", "n", "m", "K", "E"] as const).filter((c) => namesClass(classes, c));
  t.deepEqual(named("AK"), ["g", "$", "x", "e", "K"]);
  t.deepEqual(named("xnEm"), ["x", "n", "m", "E"]);
  t.is(eventClassesOf("An"), "An");
});
