/** Loads under way can be ended all at once. Method: a plain array as model, driven by chance. */

import test from "ava";
import fc from "fast-check";
import { type LoadPlace, LoadsUnderWay } from "../../../server/loaders/loads-under-way.ts";

test("stop ends what has been added and not removed, each once", (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 60 }), (steps) => {
      const loads = new LoadsUnderWay();
      const places: (LoadPlace | undefined)[] = [];
      const stopped: number[] = [];
      for (const [i, step] of steps.entries()) {
        const victim = places[step];
        if (victim) {
          loads.remove(victim);
          places[step] = undefined;
          loads.remove(victim);
        } else places[step] = loads.add(() => stopped.push(step + 10 * i));
      }
      const expected = places.filter((place) => place !== undefined);
      t.is(loads.isEmpty, expected.length === 0);
      loads.stop();
      t.is(new Set(stopped).size, stopped.length);
      t.is(stopped.length, expected.length);
    }),
  );
});

test("a load may remove itself while all are stopped", (t) => {
  const loads = new LoadsUnderWay();
  const stopped: string[] = [];
  for (const name of ["Tom", "Jack", "Sam"]) {
    const place = loads.add(() => {
      stopped.push(name);
      loads.remove(place);
    });
  }
  loads.stop();
  t.deepEqual(stopped.sort(), ["Jack", "Sam", "Tom"]);
  t.true(loads.isEmpty);
  loads.stop();
  t.is(stopped.length, 3);
});
