/** Tries one entry of the list on a cluster of two members, or one tool on a node of its own. */
import { reservePorts, start, startCluster, startNodeProcess } from "../e2e/processes.ts";
import type { Owner } from "../started-once.ts";
import type { Software } from "./software.ts";
import type { Tool } from "./tools.ts";

/** A limit for all that one program does: they take some seconds. */
const LIMIT_MS = 90_000;

/** Two members that take every key. */
export async function startSoftwareNodes(t: Owner): Promise<readonly [string, string]> {
  const { nodes } = await startCluster(t, 2, ["group default ttl 0", "peer-timeout 30s"]);
  return [String(nodes[0]!.port), String(nodes[1]!.port)];
}

/** What went wrong; undefined: nothing did. */
export async function tryProgram(
  t: Owner,
  software: Software,
  ports: readonly [string, string],
): Promise<string | undefined> {
  const [command, ...args] = software.command(ports) as [string, ...string[]];
  const program = start(t, command, args);
  const limit = setTimeout(() => program.kill("SIGKILL"), LIMIT_MS);
  const code = await program.ended.finally(() => clearTimeout(limit));
  // PHP's exit with a text ends with 0.
  const isGood = code === 0 && (command !== "php" || program.output() === "ok\n");
  return isGood ? undefined : `${software.name} ended with ${code}: ${program.output()}`;
}

export async function tryTool(t: Owner, tool: Tool): Promise<void> {
  const [httpPort] = await reservePorts(t, 1);
  const groups = ["--group", "default ttl 0", "--http-port", String(httpPort)];
  await tool.use(t, await startNodeProcess(t, ["--port", "0", ...groups]), httpPort!);
}
