/** Goal: the loader of a group that only SET fills costs no entries. Method: one load. */
import test from "ava";
import { NONE_LOADER } from "../../../server/loaders/none-loader.ts";
import { runLoad } from "../../../server/loaders/run-load.ts";
import { termsOf } from "../fakes.ts";

test("none: every key is absent, and that answer is not kept", async (t) => {
  for (const key of ["", "Tom", "\xff"]) {
    const outcome = await runLoad(
      NONE_LOADER,
      Buffer.from(key, "latin1"),
      termsOf({ timeoutMs: 1000, maxValueBytes: 1 }),
    );
    t.deepEqual(outcome, { kind: "absent", ttlMs: 0 });
  }
});
