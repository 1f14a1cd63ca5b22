/**
 * Runs one client's program against nodes of its own, and restarts the open one when the program asks for it.
 */
import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { ROOT, reservePorts, startNodeProcess, temporaryDirectory } from "../e2e/processes.ts";
import type { Owner } from "../started-once.ts";
import { PATIENCE_MS } from "../until.ts";
import { type Report, readReport } from "./checks.ts";
import { type Client, OUTPUT } from "./clients.ts";

const LOADER = path.join(ROOT, "test/clients/programs/origin.mjs");

/** A node as the clients' checks want it: the group `m` with its loader, and `default` without one. */
export function startClientsNode(t: Owner, port: number, ...more: string[]) {
  const groups = ["--group", `m loader module ${LOADER}`, "--group", "default loader none"];
  return startNodeProcess(t, ["--port", String(port), ...groups, ...more]);
}

/** Everything the program printed, the errors among it. Builds it first where that is to be done. */
export async function runProgram(t: Owner, client: Client): Promise<string> {
  const [command, ...args] = client.build === undefined ? client.command : [build(t, client.build)];
  // A port that is still there for the restart.
  const [port] = await reservePorts(t, 1);
  const open = await startClientsNode(t, port!);
  const locked = await startClientsNode(t, 0, "--requirepass", "secret");
  const ports = [String(open.port), String(locked.port)];
  const child = spawn(command!, [...args, ...ports], { timeout: PATIENCE_MS, killSignal: "SIGKILL" });
  t.teardown(() => void child.kill("SIGKILL"));
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk));
  child.stdin.on("error", () => {});
  for await (const line of createInterface({ input: child.stdout })) {
    text += `${line}\n`;
    if (line !== "restart") continue;
    open.kill("SIGKILL");
    await open.ended;
    await startClientsNode(t, open.port);
    child.stdin.write("\n");
  }
  return text;
}

/** The report, beside the text that it was read from. */
export async function runClient(t: Owner, client: Client): Promise<Report & { readonly text: string }> {
  const text = await runProgram(t, client);
  return { ...readReport(text), text };
}

function build(t: Owner, [command, ...args]: readonly string[]): string {
  const output = path.join(temporaryDirectory(t), "a.out");
  // For Go: Debian's libraries lie where GOPATH is, without modules and without a network.
  const env = { ...process.env, GO111MODULE: "off", GOPATH: "/usr/share/gocode" };
  const words = args.map((arg) => (arg === OUTPUT ? output : arg));
  execFileSync(command!, words, { env, stdio: ["ignore", "ignore", "pipe"] });
  return output;
}
