/**
 * A client that reads a key and changes it by itself, over and over, and looks at its socket only as long as it waits for a
 * reply, as redis-py does.
 *
 * Knows the bytes of invalidations, and that a reply and its push are short enough to come in one segment.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import { command } from "../proto/read-commands.ts";
import { patient } from "../until.ts";

/** The commands that change the key, in turn. */
function changesOf(key: string, round: number): string {
  const all = [
    command("SET", key, `${round}`),
    command("DEL", key),
    command("GETDEL", key),
    command("EXPIRE", key, "100"),
    command("MSET", key, `${round}`),
    command("FLUSHALL"),
    command("MULTI") + command("SET", key, `${round}`) + command("EXEC"),
    command("SET", key, `${round}`) + command("DEL", key),
  ];
  return all[round % all.length]!;
}

/** Plays `rounds` rounds; returns what came in the first segment of each that had no push in it. */
export async function staleRounds(
  socket: Socket,
  key: string,
  rounds: number,
  ...words: readonly string[]
): Promise<string[]> {
  const said = async (text: string, isWhole: (got: string) => boolean) => {
    const chunks: string[] = [];
    const whole = new Promise<void>((resolve) => {
      const take = (chunk: Buffer) => {
        chunks.push(chunk.toString("latin1"));
        if (!isWhole(chunks.join(""))) return;
        socket.off("data", take);
        resolve();
      };
      socket.on("data", take);
    });
    socket.write(text);
    await patient(() => `more than ${JSON.stringify(chunks)}`, whole);
    return chunks;
  };
  const marked = (text: string) =>
    said(text + command("ECHO", "marker"), (got) => got.includes("marker\r\n"));
  await marked(command("HELLO", "3") + command("CLIENT", "TRACKING", "ON", ...words));
  const stale: string[] = [];
  for (let round = 0; round < rounds; round++) {
    await marked(command("SET", key, "before"));
    await marked(command("GET", key));
    const change = changesOf(key, round);
    // The last segment of the change's replies is the first one in which its last reply is whole.
    const chunks = await said(change, (got) => countReplies(got) === countCommands(change));
    if (!chunks.join("").includes("invalidate"))
      stale.push(`${JSON.stringify(change)}: ${JSON.stringify(chunks)}`);
    await marked("");
  }
  socket.destroy();
  await once(socket, "close");
  return stale;
}

function countCommands(text: string): number {
  return text.split(/\*\d+\r\n\$/).length - 1;
}

/** Replies of the changes above, which are short lines and bulks; pushes do not count. */
function countReplies(text: string): number {
  const withoutPushes = text.replaceAll(/>2\r\n\$10\r\ninvalidate\r\n(_\r\n|(\*1\r\n\$\d+\r\n.*\r\n))/g, "");
  const flat = withoutPushes.replaceAll(/\*1\r\n\+OK\r\n/g, "+EXEC\r\n").replaceAll(/\$\d+\r\n/g, "");
  return flat.split("\r\n").length - 1;
}
