/**
 * One question to a node over a connection of its own: the password, a command, its reply, the end.
 *
 * Invariant: rejects in words for a person whatever goes wrong between the two. Knows no command.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { encodeCommand } from "../../proto/command-writer.ts";
import { type ReadReply, ReplyError, replyReader } from "../../proto/reply-reader.ts";
import type { AskOptions } from "./ask-options.ts";

type Node = Pick<AskOptions, "host" | "port" | "socket" | "password" | "user">;

/** Resolves to the reply, an error too. Rejects when there is none, or when the node does not take the password. */
export async function askNode(words: readonly (string | Uint8Array)[], node: Node): Promise<ReadReply> {
  const command = words.map(bytesOf);
  const socket = await dial(node);
  try {
    const commands =
      node.password === "" ? [command] : [["AUTH", node.user, node.password].map(bytesOf), command];
    const replies = await exchange(socket, commands);
    const [first] = replies;
    if (commands.length === 2 && first instanceof ReplyError) throw first;
    return replies.at(-1)!;
  } finally {
    socket.destroy();
  }
}

function bytesOf(word: string | Uint8Array): Uint8Array {
  return typeof word === "string" ? Buffer.from(word) : word;
}

async function dial({ host, port, socket: path }: Node): Promise<Socket> {
  const socket = path === undefined ? connect({ host, port }) : connect({ path });
  try {
    await once(socket, "connect");
    return socket;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ECONNREFUSED: "nothing listens there. Is the node started?",
      ENOENT: "there is no such socket. Is the node started?",
      ENOTFOUND: "there is no such host",
      EACCES: "permission denied",
    };
    const where = path ?? `${host.includes(":") ? `[${host}]` : host}:${port}`;
    throw new Error(`no node at ${where}: ${reasons[code ?? ""] ?? (message || code)}`);
  }
}

function exchange(socket: Socket, commands: readonly (readonly Uint8Array[])[]): Promise<ReadReply[]> {
  return new Promise((resolve, reject) => {
    const replies: ReadReply[] = [];
    const take = (reply: ReadReply) => {
      if (replies.push(reply) === commands.length) resolve(replies);
    };
    const read = replyReader(take, () =>
      reject(new Error("this is no node: its answer is no Redis protocol")),
    );
    socket.on("data", read);
    socket.once("error", (error) => reject(new Error(`the connection broke: ${error.message}`)));
    // A node that refuses a client says why without being asked, and closes.
    socket.once("close", () => {
      const refusal = replies.find((reply) => reply instanceof ReplyError);
      reject(refusal ?? new Error("the node has closed the connection without an answer"));
    });
    for (const command of commands) socket.write(encodeCommand(command));
  });
}
