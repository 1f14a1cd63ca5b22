/**
 * Goal: once a DEL, a SET or a FLUSHALL has been acknowledged, no later GET on any node gets an old value: one that was SET,
 * or whose load began, before the change was sent. GETs get the value of a SET that nothing follows. Without deletes, a key
 * is loaded once in the cluster.
 * Method: random GETs, DELs, SETs and flushes of a few keys on a model cluster, hundreds of seeds a scenario. A seed
 * that fails is printed with what happened to the key; `SEED=17` runs that one alone, `SEEDS=10000` runs more of them.
 */
import test, { type ExecutionContext } from "ava";
import { textOf } from "../server/fakes.ts";
import { type Done, lostSet, staleRead } from "./history.ts";
import { ModelCluster, type ModelOptions } from "./model-cluster.ts";
import { VirtualTime } from "./virtual-time.ts";

const SEEDS = Number(process.env.SEEDS ?? 200);
const FIRST_SEED = Number(process.env.SEED ?? 1);
const LAST_SEED = process.env.SEED === undefined ? SEEDS : FIRST_SEED;
/** How long clients send commands: about ten times as long as a GET takes. */
const SPAN = 300;
const KEYS = 2;

interface Load {
  readonly gets: number;
  readonly removes: number;
  readonly flushes: number;
  /** SETs; half of them with XX, which the owner has to decide. */
  readonly sets?: number;
  /** A DEL, a flush or a SET, and a SET right behind it from the same client. */
  readonly pipelines?: number;
}

/** One run; resolves with what clients saw. */
async function play(
  seed: number,
  options: ModelOptions,
  load: Load,
): Promise<{ history: Done[]; cluster: ModelCluster }> {
  const time = new VirtualTime(seed);
  const cluster = new ModelCluster(time, options);
  const history: Done[] = [];
  const client = (what: Done["what"], command: "get" | "remove" | "flush" | "set" | "setxx") => () => {
    const node = cluster.nodes[time.pick(cluster.nodes.length)]!;
    const names = Array.from({ length: KEYS }, (_, i) => `scores:${i}`);
    const chosen = names[time.pick(KEYS)]!;
    const keys = command === "flush" ? names : [chosen];
    const entries = keys.map((key): Done => {
      return { what, key, node: node.id, sent: time.now, answered: Number.POSITIVE_INFINITY, answer: "" };
    });
    history.push(...entries);
    const key = Buffer.from(chosen);
    const run = {
      get: async () => textOf(await node.get(key)),
      remove: async () => String(await node.remove(key)),
      flush: async () => String(await node.changes.flush()),
      set: () => node.set(key),
      setxx: () => node.set(key, ["held"]),
    }[command];
    void run().then((answer) => {
      for (const entry of entries) Object.assign(entry, { answered: time.now, answer });
    });
  };
  /** Sends two commands. Notes the SET, and of the command before it only what that does to the other key. */
  const pipeline = () => {
    const node = cluster.nodes[time.pick(cluster.nodes.length)]!;
    const chosen = time.pick(KEYS);
    const [key, other] = [`scores:${chosen}`, `scores:${1 - chosen}`];
    const note = (what: Done["what"], name: string): Done => {
      const pending = { answered: Number.POSITIVE_INFINITY, answer: "" };
      const done = { what, key: name, node: node.id, sent: time.now, ...pending };
      history.push(done);
      return done;
    };
    const first = time.pick(3);
    if (first === 0) void node.remove(Buffer.from(key));
    if (first === 1) void node.set(Buffer.from(key), [], "overwritten");
    if (first === 2) {
      const done = note("remove", other);
      void node.changes.flush().then(() => Object.assign(done, { answered: time.now, answer: "flushed" }));
    }
    const done = note("set", key);
    void node.set(Buffer.from(key)).then((answer) => Object.assign(done, { answered: time.now, answer }));
  };
  for (let i = 0; i < load.gets; i++) time.later(SPAN, client("get", "get"));
  for (let i = 0; i < load.removes; i++) time.later(SPAN, client("remove", "remove"));
  for (let i = 0; i < load.flushes; i++) time.later(SPAN, client("remove", "flush"));
  for (let i = 0; i < (load.sets ?? 0); i++) time.later(SPAN, client("set", i % 2 === 0 ? "set" : "setxx"));
  for (let i = 0; i < (load.pipelines ?? 0); i++) time.later(SPAN, pipeline);
  await time.run();
  return { history, cluster };
}

async function everySeed(
  t: ExecutionContext,
  options: ModelOptions,
  load: Load,
  check: (run: Awaited<ReturnType<typeof play>>) => string | undefined,
) {
  let answers = 0;
  for (let seed = FIRST_SEED; seed <= LAST_SEED; seed++) {
    const run = await play(seed, options, load);
    const pending = run.history.find((done) => done.answered === Number.POSITIVE_INFINITY);
    const wrong = pending === undefined ? check(run) : `never answered: ${pending.what} at ${pending.sent}`;
    if (wrong !== undefined) return t.fail(`SEED=${seed}: ${wrong}`);
    answers += run.history.length;
  }
  t.log(`${LAST_SEED - FIRST_SEED + 1} seeds, ${answers} commands`);
  t.pass();
}

const mixed: Load = { gets: 60, removes: 8, flushes: 1 };

for (const views of ["alike", "differ"] as const) {
  test(`no GET sees a value from before an acknowledged delete while views ${views === "alike" ? "are " : ""}${views}`, (t) =>
    everySeed(t, { members: 3, views, brokenLoads: true }, mixed, ({ history }) => staleRead(history)));
}

const withSets: Load = { gets: 60, removes: 4, flushes: 1, sets: 10 };

for (const views of ["alike", "differ"] as const) {
  test(`no GET sees a value from before an acknowledged SET while views ${views === "alike" ? "are " : ""}${views}`, (t) =>
    everySeed(t, { members: 3, views, brokenLoads: true }, withSets, ({ history }) => staleRead(history)));
}

test("every GET gets the value of a SET that nothing follows", (t) =>
  everySeed(
    t,
    { members: 3, views: "alike", brokenLoads: true },
    { gets: 60, removes: 0, flushes: 0, sets: 8 },
    ({ history }) => lostSet(history.filter(({ answer }) => answer !== "unchanged")),
  ));

test("a DEL, a flush or a SET does not undo the SET behind it in one pipeline", (t) =>
  everySeed(
    t,
    { members: 3, views: "alike", brokenLoads: false, inOrder: true },
    { gets: 30, removes: 0, flushes: 0, pipelines: 6 },
    ({ history }) => lostSet(history),
  ));

test("without deletes a key is loaded once, whichever nodes ask and whenever", (t) =>
  everySeed(
    t,
    { members: 3, views: "alike", brokenLoads: false },
    { gets: 40, removes: 0, flushes: 0 },
    ({ cluster }) => {
      const more = [...cluster.loads].find(([, loads]) => loads !== 1);
      return more && `${more[0]} was loaded ${more[1]} times`;
    },
  ));
