/**
 * The servers that carrotCache is compared with: redis-server, and the programs that CARROT_BESIDE names.
 *
 *     CARROT_BESIDE=pogocache=/opt/pogocache,valkey=/usr/bin/valkey-server npm run bench -- values
 *
 * Each must speak the Redis protocol. One whose name begins with "pogocache" is started with pogocache's arguments, on one thread;
 * any other with redis-server's.
 */
import {
  type CarrotOptions,
  type ServerProcess,
  startCarrot,
  startPogocache,
  startRedis,
} from "./processes.ts";
import { versionOf } from "./report.ts";

interface Program {
  readonly name: string;
  readonly path: string;
}

function programs(): Program[] {
  const pairs = (process.env.CARROT_BESIDE ?? "").split(",").filter((pair) => pair !== "");
  return pairs.map((pair) => {
    const [, name, path] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (name === undefined || path === undefined) {
      throw new Error(`CARROT_BESIDE takes name=/path/to/program, got ${pair}`);
    }
    return { name, path };
  });
}

/** Why CARROT_BESIDE cannot be used; undefined when it can. */
export function besideMistake(): string | undefined {
  try {
    const missing = programs().find(({ path }) => versionOf(path) === undefined);
    return missing && `CARROT_BESIDE: ${missing.path} does not run`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Starts redis-server and the programs of CARROT_BESIDE. redis-server is the first. */
export async function startOthers(): Promise<ServerProcess[]> {
  const servers = [await startRedis()];
  for (const { name, path } of programs()) {
    servers.push(await (name.startsWith("pogocache") ? startPogocache : startRedis)(path, name));
  }
  return servers;
}

/** Starts all that are compared. redis-server is the first, carrotCache the second. */
export async function startAll(carrot: CarrotOptions): Promise<ServerProcess[]> {
  const [redis, ...others] = await startOthers();
  return [redis!, await startCarrot(carrot), ...others];
}
