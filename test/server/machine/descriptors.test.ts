/** Goal: clients leave enough descriptors for the node itself. Method: sums by example; the limit that the shell shows. */
import { execFileSync } from "node:child_process";
import test from "ava";
import { clientRoom, descriptorLimit } from "../../../server/machine/descriptors.ts";

test("64 descriptors are kept, 4 more a peer and 8 more a worker; one client is always allowed", (t) => {
  t.is(clientRoom(256, 0, 1), 192);
  t.is(clientRoom(1024, 3, 1), 948);
  t.is(clientRoom(1024, 0, 4), 936);
  t.is(clientRoom(50, 0, 1), 1);
  t.is(clientRoom(undefined, 0, 1), Number.POSITIVE_INFINITY);
});

test("the limit is the one that the shell shows", (t) => {
  const shown = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  t.is(descriptorLimit(), process.platform === "linux" ? Number(shown) : undefined);
});
