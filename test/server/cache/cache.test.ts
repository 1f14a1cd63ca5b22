/**
 * Goal: a member without clients serves gets and changes, and leaves nothing open when it closes.
 * Method: caches of real parts on a conf, alone and as two members on loopback.
 */
import test from "ava";
import { Cache } from "../../../server/cache/cache.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import type { Loader } from "../../../server/loaders/loader.ts";
import { realWorld } from "../../../server/machine/world.ts";
import { HeldLoader, hash, key, textOf, turn } from "../fakes.ts";

const quiet = {
  info: () => {},
  warn: () => {},
  error: () => {},
  debug: () => {},
  trace: () => {},
  isLevelEnabled: () => false,
};

function createCache(lines: string, loader: Loader): Cache {
  const conf = readConf({ text: `group scores ttl 0\n${lines}` });
  const loaders = new Map([["scores", loader]]);
  return new Cache({ conf, loaders, log: quiet, world: realWorld(() => performance.now()), hash });
}

test("a cache that is alone loads, keeps and deletes, and WATCH notices the delete", async (t) => {
  let closed = 0;
  let loads = 0;
  const cache = createCache("", { load: (name) => `${name} ${++loads}`, close: () => void closed++ });
  await cache.open();
  t.is(textOf(await cache.get(key("scores:Tom"))), "Tom 1");
  t.is(textOf(await cache.get(key("scores:Tom"))), "Tom 1");
  t.is(textOf(await cache.get(key("nobody's"))), "absent");
  cache.watches.add(1, [key("scores:Tom")]);
  t.is(await cache.changes.remove([key("scores:Tom")]), 1);
  t.false(cache.watches.settle(1));
  t.is(textOf(await cache.get(key("scores:Tom"))), "Tom 2");
  t.is(cache.loadLatency.snapshot().count, 2);
  cache.stopWork();
  await cache.close();
  t.is(closed, 1);
});

test("loads under way are answered and their signals fire when the cache closes", async (t) => {
  const loader = new HeldLoader();
  const cache = createCache("", loader);
  await cache.open();
  const outcome = cache.get(key("scores:Tom"));
  await turn();
  cache.stopWork();
  await cache.close();
  t.is(textOf(await outcome), "error: loader stopped: the node is shutting down");
  t.true(loader.contexts[0]!.signal.aborted);
});

test("an expired entry goes by itself while the cache is open", async (t) => {
  const cache = createCache("", { load: () => ({ value: "v", ttlMs: 1 }) });
  await cache.open();
  t.teardown(() => cache.stopWork());
  await cache.get(key("scores:Tom"));
  const ended = new Promise<string>((resolve) => {
    cache.groups.all[0]!.store.onEnd = (name) => resolve(String(name));
  });
  const keepAlive = setInterval(() => {}, 1000);
  t.is(await ended, "scores:Tom");
  clearInterval(keepAlive);
});
