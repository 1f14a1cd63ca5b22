/**
 * A client as CLIENT LIST shows it. Owns the fields and their order, which are Redis'.
 */
import type { Socket } from "node:net";
import type { Connection } from "./connection.ts";
import type { Session } from "./session.ts";
import { unixPathOf } from "./unix-socket.ts";

/** Redis keeps so many bytes of waiting replies in the client (`obl`), and the rest in blocks of this size (`oll`, `omem`). */
const REPLY_BLOCK_BYTES = 16 << 10;

/** A line of CLIENT LIST. A field for something that carrotCache does not have shows what Redis shows without it. */
export function describeConnection(connection: Connection): string {
  const { socket, host } = connection;
  const now = host.clock();
  const seconds = (sinceMs: number) => Math.floor((now - sinceMs) / 1000);
  const { incoming, session } = connection;
  const { bytes } = connection.outgoing;
  const firstBytes = Math.min(bytes, REPLY_BLOCK_BYTES);
  const { addr, laddr } = addressesOf(socket);
  const isUnix = unixPathOf(socket) !== undefined;
  const fields: [string, string | number][] = [
    ["id", connection.id],
    ["addr", addr],
    ["laddr", laddr],
    ["fd", -1],
    ["name", connection.name],
    ["age", seconds(connection.createdMs)],
    ["idle", seconds(connection.lastActiveMs)],
    ["flags", flagsOf(session, isUnix)],
    ["db", session.database],
    ["sub", session.count("channels")],
    ["psub", session.count("patterns")],
    ["ssub", session.count("shards")],
    ["multi", session.transaction?.queue.length ?? -1],
    ["watch", session.watched.keys],
    ["qbuf", incoming.bytes],
    ["qbuf-free", incoming.freeBytes],
    ["argv-mem", incoming.argBytes],
    ["multi-mem", queuedBytes(session)],
    ["rbs", 0],
    ["rbp", 0],
    ["obl", firstBytes],
    ["oll", Math.ceil((bytes - firstBytes) / REPLY_BLOCK_BYTES)],
    ["omem", bytes - firstBytes],
    ["tot-mem", incoming.bytes + incoming.freeBytes + incoming.argBytes + bytes + session.keptBytes],
    ["events", bytes > 0 ? "rw" : "r"],
    ["cmd", connection.lastCommand],
    ["user", session.user],
    ["redir", session.tracking === undefined ? -1 : session.redirect],
    ["resp", connection.protocol],
    ["lib-name", connection.libName],
    ["lib-ver", connection.libVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** The words of the commands that MULTI has queued. */
function queuedBytes({ transaction }: Session): number {
  const words = transaction?.queue.flatMap(({ args }) => args) ?? [];
  return words.reduce((sum, word) => sum + word.length, 0);
}

/** The client's address and the one it has connected to, as Redis shows them. */
export function addressesOf(socket: Socket): { readonly addr: string; readonly laddr: string } {
  const path = unixPathOf(socket);
  if (path !== undefined) return { addr: `${path}:0`, laddr: `${path}:0` };
  return {
    addr: address(socket.remoteAddress, socket.remotePort),
    laddr: address(socket.localAddress, socket.localPort),
  };
}

/** Redis' letters, in Redis' order. */
function flagsOf(session: Session, isUnix: boolean): string {
  const flags = [
    session.isMonitor && "O",
    session.isSubscribed && "P",
    session.transaction !== undefined && "x",
    session.isHeld && "b",
    session.tracking !== undefined && "t",
    session.isRedirectBroken && "R",
    session.tracking === "prefixes" && "B",
    isUnix && "U",
    session.noEvict && "e",
    session.noTouch && "T",
  ];
  return flags.filter(Boolean).join("") || "N";
}

function address(host: string | undefined, port: number | undefined): string {
  if (host === undefined || port === undefined) return "?:0";
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Sorts lines of CLIENT LIST, which begin with `id=`. */
export function byId(a: string, b: string): number {
  return Number.parseInt(a.slice(3), 10) - Number.parseInt(b.slice(3), 10);
}
