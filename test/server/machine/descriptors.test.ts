/** Goal: clients leave enough descriptors for the node itself. Method: sums by example; the limit that the shell shows. */
import { execFileSync } from "node:child_process";
import test from "ava";
import { descriptorLimit, roomFor } from "../../../server/machine/descriptors.ts";

test("64 descriptors are kept, 4 more a peer, 8 more a worker and one for each connection of an HTTP loader", (t) => {
  const clients = (limit: number | undefined, peers = 0, threads = 1, origins = 0) =>
    roomFor(limit, { peers, threads, origins, hasHttp: false }).clients;
  t.is(clients(256), 192);
  t.is(clients(1024, 3), 948);
  t.is(clients(1024, 0, 4), 936);
  t.is(clients(1024, 0, 1, 64), 896);
  t.is(clients(50), 1);
  t.is(clients(undefined), Number.POSITIVE_INFINITY);
});

test("HTTP gets a quarter of what is left, 1024 at most; nothing where it is off", (t) => {
  const room = (limit: number | undefined, hasHttp = true) =>
    roomFor(limit, { peers: 0, threads: 1, origins: 0, hasHttp });
  t.deepEqual(room(400), { clients: 252, http: 84 });
  t.deepEqual(room(400, false), { clients: 336, http: 0 });
  t.deepEqual(room(20_000), { clients: 20_000 - 64 - 1024, http: 1024 });
  t.deepEqual(room(10), { clients: 1, http: 1 });
  t.deepEqual(room(undefined), { clients: Number.POSITIVE_INFINITY, http: 1024 });
});

test("the limit is the one that the shell shows", (t) => {
  const shown = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  t.is(descriptorLimit(), process.platform === "linux" ? Number(shown) : undefined);
});
