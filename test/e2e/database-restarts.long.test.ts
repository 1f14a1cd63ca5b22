/**
 * Goal: a database that restarts takes no node down, and no hit with it, though the loader's pool is a naive one: nobody
 * listens to its `error` events, which its idle connections emit when the database goes.
 * Method: a real PostgreSQL, the package pg in a module, 500 GETs a second, two of ten of keys that nobody has asked for.
 * CARROT_RESTARTS=20 makes twenty restarts.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import { testWith } from "../needs.ts";
import { until } from "../until.ts";
import { postgresDirectory, startPostgres } from "./postgres.ts";
import { startNodeProcess, temporaryDirectory } from "./processes.ts";

const RESTARTS = Number(process.env.CARROT_RESTARTS ?? 3);
const HOT_KEYS = 8;
const TICK_MS = 20;

const moduleOf = (port: number): string => `
import pg from ${JSON.stringify(import.meta.resolve("pg"))};
const pool = new pg.Pool({ host: "127.0.0.1", port: ${port}, user: "postgres", max: 10 });
export async function load(key) {
  const { rows } = await pool.query("select 'value of ' || $1::text as value", [key]);
  return rows[0].value;
}
`;

const needed = postgresDirectory() === undefined ? "PostgreSQL is not installed" : undefined;

testWith(needed)("a database that restarts under load ends no node and costs no hit", async (t) => {
  const database = await startPostgres(t);
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, "rows.mjs"), moduleOf(database.port));
  const lines = ["port 0", "group row loader module rows.mjs", "group row loader-timeout 10s"];
  writeFileSync(path.join(directory, "carrot.conf"), `${lines.join("\n")}\n`);
  const node = await startNodeProcess(t, [path.join(directory, "carrot.conf")]);
  const client = new Redis(node.port, "127.0.0.1", { retryStrategy: () => null });
  t.teardown(() => client.disconnect());
  const get = (key: string): Promise<string | null> => client.get(`row:${key}`);

  const hot = Array.from({ length: HOT_KEYS }, (_, i) => `hot${i}`);
  for (const key of hot) t.is(await get(key), `value of ${key}`);
  const problems: string[] = [];
  const figures = { hits: 0, misses: 0, failed: 0, asked: 0 };
  const hit = async (key: string) => {
    const value = await get(key).catch((error: Error) => error.message);
    if (value === `value of ${key}`) figures.hits++;
    else problems.push(`${key}: ${value}`);
  };
  const miss = async (key: string) => {
    const value = await get(key).catch(() => undefined);
    if (value === undefined) figures.failed++;
    else if (value === `value of ${key}`) figures.misses++;
    else problems.push(`${key}: ${value}`);
  };
  const load = setInterval(() => {
    for (const key of hot) void hit(key);
    for (let i = 0; i < 2; i++) void miss(`cold${figures.asked++}`);
  }, TICK_MS);
  t.teardown(() => clearInterval(load));

  for (let i = 0; i < RESTARTS; i++) {
    const { misses } = figures;
    await until("the database answers", () => figures.misses > misses + 20 || problems.length > 0);
    await database.restart();
    t.is(node.child.exitCode, null);
  }
  const { misses } = figures;
  await until("the database answers again", () => figures.misses > misses + 20 || problems.length > 0);
  clearInterval(load);
  t.deepEqual(problems, []);
  const escaped = Number(/escaped_errors:(\d+)/.exec(await client.info("carrot"))![1]);
  t.true(escaped >= RESTARTS, `${escaped} errors escaped the pool`);
  t.regex(node.output(), /an error escaped a loader, and nobody caught it.* group=row cause=/);
  t.log(`${RESTARTS} restarts, ${escaped} escaped errors, ${JSON.stringify(figures)}`);
});
