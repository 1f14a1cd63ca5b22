/**
 * A real node for tests that attack it, with clients that do what no proper client does.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { ExecutionContext } from "ava";
import { command } from "../proto/read-commands.ts";
import { RawClient } from "../server/rig.ts";
import { type NodeProcess, startNodeProcess, temporaryDirectory } from "./processes.ts";

export const MIB = 1 << 20;
export const PING = command("PING");

export interface Target extends NodeProcess {
  /** What a client says first, when there is a password. */
  readonly auth: string;
  client(host?: string): Promise<RawClient>;
  /** Connects a client that knows the password, and returns the reply to this command. */
  ask(...words: string[]): Promise<string>;
  /** A figure of INFO. */
  figure(name: string): Promise<number>;
}

export async function startTarget(
  t: ExecutionContext,
  args: readonly string[] = [],
  v8: readonly string[] = [],
): Promise<Target> {
  const node = await startNodeProcess(t, ["--port", "0", ...args], "", v8);
  const client = async (host?: string) => {
    const raw = await RawClient.connect(node.port, host);
    t.teardown(() => raw.socket.destroy());
    return raw;
  };
  const auth = args.includes("--requirepass")
    ? command("AUTH", args[args.indexOf("--requirepass") + 1]!)
    : "";
  const ask = async (...words: string[]) => (await client()).all(auth + command(...words));
  const figure = async (name: string) =>
    Number(new RegExp(`\r\n${name}:(\\d+)\r\n`).exec(await ask("INFO"))?.[1]);
  return Object.assign(node, { auth, client, ask, figure });
}

export async function many(target: Target, count: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const some = Math.min(50, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: some }, () => target.client()))));
  }
  return clients;
}

/** A module that loads values of this size, for group `big`. */
export function bigLoader(t: ExecutionContext, bytes: number): string[] {
  const file = path.join(temporaryDirectory(t), "big.mjs");
  writeFileSync(file, `export const load = () => Buffer.alloc(${bytes}, "x");\n`);
  return ["--group", `big loader module ${file}`];
}
