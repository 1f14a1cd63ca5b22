/**
 * Goal: after a DEL or a FLUSHALL has been acknowledged, no GET that starts later, on any node, gets a value whose load
 * began before the delete was sent; without deletes, a key is loaded once in the cluster.
 * Method: random GETs, DELs and flushes of a few keys on a model cluster, hundreds of seeds a scenario. A seed that
 * fails is printed with what happened to the key; `SEED=17` runs that one alone, `SEEDS=10000` runs more of them.
 */
import test, { type ExecutionContext } from "ava";
import { textOf } from "../server/fakes.ts";
import { ModelCluster, type ModelOptions } from "./model-cluster.ts";
import { VirtualTime } from "./virtual-time.ts";

const SEEDS = Number(process.env.SEEDS ?? 200);
const FIRST_SEED = Number(process.env.SEED ?? 1);
const LAST_SEED = process.env.SEED === undefined ? SEEDS : FIRST_SEED;
/** How long clients come with commands; about ten times what a GET takes. */
const SPAN = 300;
const KEYS = 2;

interface Done {
  readonly what: "get" | "remove";
  readonly key: string;
  readonly node: string;
  readonly sent: number;
  answered: number;
  answer: string;
}

interface Load {
  readonly gets: number;
  readonly removes: number;
  readonly flushes: number;
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
  const client = (what: Done["what"], command: "get" | "remove" | "flush") => () => {
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
      flush: async () => String(await node.coherence.flush()),
    }[command];
    void run().then((answer) => {
      for (const entry of entries) Object.assign(entry, { answered: time.now, answer });
    });
  };
  for (let i = 0; i < load.gets; i++) time.later(SPAN, client("get", "get"));
  for (let i = 0; i < load.removes; i++) time.later(SPAN, client("remove", "remove"));
  for (let i = 0; i < load.flushes; i++) time.later(SPAN, client("remove", "flush"));
  await time.run();
  return { history, cluster };
}

/** The first GET that saw a value from before a delete that had been acknowledged when it started. */
function staleRead(history: readonly Done[]): string | undefined {
  for (const get of history) {
    if (get.what !== "get" || !/^\d/.test(get.answer)) continue;
    const before = history.find(
      ({ what, key, sent, answered }) =>
        what === "remove" && key === get.key && answered < get.sent && Number(get.answer) < sent,
    );
    if (before !== undefined)
      return [`GET at ${get.sent}, DEL at ${before.sent}`, ...linesOf(history, get.key)].join("\n");
  }
  return undefined;
}

function linesOf(history: readonly Done[], key: string): string[] {
  return history
    .filter((done) => done.key === key)
    .sort((a, b) => a.sent - b.sent)
    .map(
      (done) =>
        `  ${done.sent.toFixed(2)} to ${done.answered.toFixed(2)} ${done.node} ${done.what}: ${done.answer}`,
    );
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

test("without deletes a key is loaded once, whoever asks and when", (t) =>
  everySeed(
    t,
    { members: 3, views: "alike", brokenLoads: false },
    { gets: 40, removes: 0, flushes: 0 },
    ({ cluster }) => {
      const more = [...cluster.loads].find(([, loads]) => loads !== 1);
      return more && `${more[0]} was loaded ${more[1]} times`;
    },
  ));
