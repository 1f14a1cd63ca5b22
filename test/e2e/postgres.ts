/**
 * A real PostgreSQL for tests, with its data in a directory of its own, which can be restarted.
 *
 * PostgreSQL refuses to run as root, so root runs it as the user `postgres`, which Debian's package makes.
 */
import { execFile, execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Owner } from "../started-once.ts";
import { reservePorts, temporaryDirectory } from "./processes.ts";

const DEBIAN = "/usr/lib/postgresql";

/** Where PostgreSQL's programs are; undefined: nowhere. */
export function postgresDirectory(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const directories = versions.map((version) => path.join(DEBIAN, version, "bin"));
  return directories.find((directory) => existsSync(path.join(directory, "initdb")));
}

export interface Postgres {
  readonly port: number;
  /** Ends every connection, and answers again when it returns. */
  restart(): Promise<void>;
}

export async function startPostgres(t: Owner): Promise<Postgres> {
  const bin = postgresDirectory()!;
  const base = temporaryDirectory(t);
  const data = path.join(base, "data");
  mkdirSync(data);
  const isRoot = process.getuid?.() === 0;
  if (isRoot)
    for (const directory of [base, data]) chownSync(directory, Number(idOf("-u")), Number(idOf("-g")));
  const run = async (program: string, ...args: string[]): Promise<void> => {
    const words = [path.join(bin, program), ...args];
    const [command, ...rest] = isRoot ? ["runuser", "-u", "postgres", "--", ...words] : words;
    await promisify(execFile)(command!, rest, { cwd: base });
  };
  const [port] = await reservePorts(t, 1);
  await run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync");
  const options = `-p ${port} -k ${base} -c listen_addresses=127.0.0.1 -c fsync=off`;
  const control = (...args: string[]): Promise<void> =>
    run("pg_ctl", "-D", data, "-w", "-o", options, ...args);
  await control("start", "-l", path.join(base, "log"));
  t.teardown(() => control("stop", "-m", "immediate"));
  return { port: port!, restart: () => control("restart", "-m", "fast", "-l", path.join(base, "log")) };
}

function idOf(flag: string): string {
  return execFileSync("id", [flag, "postgres"], { encoding: "utf8" });
}
