/**
 * Goal: no copy of a value outlives a slow flush. Method: ClusterChanges with a local flush and an announcement that end when the
 * test says so.
 */

import test from "ava";
import { ClusterChanges, type ClusterChangesOptions } from "../../../server/changes/cluster-changes.ts";

test("a slow flush is announced when it is done here, and is over when all others have done it", async (t) => {
  const calls: string[] = [];
  const ends: (() => void)[] = [];
  const slowly = (call: string) => {
    calls.push(call);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const options: Pick<ClusterChangesOptions, "local" | "peers"> = {
    local: { flushSlowly: (database: number) => slowly(`here ${database}`) } as never,
    peers: { announce: ({ flush }: never) => slowly(`announced ${JSON.stringify(flush)}`) } as never,
  };
  const changes = new ClusterChanges(options as ClusterChangesOptions);
  const flushed = changes.flushSlowly(3).then(() => calls.push("over"));
  await new Promise(setImmediate);
  t.deepEqual(calls, ["here 3"]);
  ends[0]!();
  await new Promise(setImmediate);
  t.deepEqual(calls.slice(1), ['announced {"database":3,"isSlow":true}']);
  ends[1]!();
  await flushed;
  t.deepEqual(calls.slice(2), ["over"]);
});
