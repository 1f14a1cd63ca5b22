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

/** Runs a client's program, after its build if it has one. Returns everything that it printed, errors included. */
export async function runProgram(t: Owner, client: Client): Promise<string> {
  const [command, ...args] = client.build === undefined ? client.command : [build(t, client.build)];
  // A reserved port, so that the restarted node can have it again.
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

/** The report, with the text from which it was read. */
export async function runClient(t: Owner, client: Client): Promise<Report & { readonly text: string }> {
  const text = await runProgram(t, client);
  return { ...readReport(text), text };
}

function build(t: Owner, [command, ...args]: readonly string[]): string {
  const output = path.join(temporaryDirectory(t), "a.out");
  // For Go: Debian's libraries lie in this GOPATH, and need neither modules nor a network.
  const env = { ...process.env, GO111MODULE: "off", GOPATH: "/usr/share/gocode" };
  const words = args.map((arg) => (arg === OUTPUT ? output : arg));
  execFileSync(command!, words, { env, stdio: ["ignore", "ignore", "pipe"] });
  return output;
}
