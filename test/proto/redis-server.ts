/**
 * A real redis-server for tests to compare with, on a Unix socket in a directory of its own.
 *
 * Owns the process and the directory until `stop`. Needs the program `redis-server` on the PATH: see needs.ts.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class RedisServer {
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #socket: string;

  private constructor(process: ChildProcess, directory: string, socket: string) {
    this.#process = process;
    this.#directory = directory;
    this.#socket = socket;
  }

  static async start(...directives: string[]): Promise<RedisServer> {
    const directory = mkdtempSync(join(tmpdir(), "carrot-redis-"));
    const socket = join(directory, "socket");
    const fixed = [
      "--port",
      "0",
      "--unixsocket",
      socket,
      "--dir",
      directory,
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    const child = spawn("redis-server", [...fixed, ...directives], { stdio: ["ignore", "pipe", "inherit"] });
    const server = new RedisServer(child, directory, socket);
    for await (const line of createInterface({ input: child.stdout! })) {
      if (line.includes("is now ready to accept connections")) break;
    }
    child.stdout!.resume();
    return server;
  }

  /** The path of its Unix socket. */
  get socket(): string {
    return this.#socket;
  }

  /** Everything that the server writes to a client that sends these bytes and then closes its side. */
  async answer(request: Buffer): Promise<Buffer> {
    const socket = net.connect({ path: this.#socket, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    // Redis may close with bytes unread, which resets the socket. Its answer came before that.
    socket.on("error", () => socket.destroy());
    socket.end(request);
    // Not events.once, which rejects at an error.
    await new Promise((resolve) => socket.once("close", resolve));
    return Buffer.concat(chunks);
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
