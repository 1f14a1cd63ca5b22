/**
 * Placeholder for the wiring of a node, which is written elsewhere: it lets the command line be built and tested alone.
 */

import { createServer } from "node:net";
import type { NodeConf } from "./conf/conf.ts";
import { directiveError } from "./conf/conf-error.ts";

export interface RunningNode {
  close(): Promise<void>;
}

export async function startServer(conf: NodeConf): Promise<RunningNode> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const address = `${conf.bind[0]}:${conf.port}`;
      reject(
        directiveError(conf, "port", error.code === "EADDRINUSE" ? `${address} is in use` : error.message),
      );
    });
    server.listen(conf.port, conf.bind[0], () => resolve());
  });
  console.log(`ready on ${conf.bind[0]}:${(server.address() as { port: number }).port}`);
  return { close: () => new Promise((resolve) => server.close(() => resolve())) };
}

export async function checkLoaders(_conf: NodeConf): Promise<void> {}
