/**
 * An HTTP origin for tests: answers by a function and remembers what it was asked. It never closes an idle connection, which
 * on a busy machine would meet the next request.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HttpOrigin {
  readonly url: string;
  /** Path and query of every request, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export async function startOrigin(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpOrigin> {
  const asked: string[] = [];
  const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 0 }, (request, response) => {
    asked.push(request.url!);
    answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const stop = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop };
}

/** The bytes that a percent-encoded text stands for. */
export function percentDecode(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}
