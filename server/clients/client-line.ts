/**
 * A client as CLIENT LIST shows it. Owns the fields and their order, which are Redis'.
 */
import type { Socket } from "node:net";
import type { Connection } from "./connection.ts";
import type { Session } from "./session.ts";

/** A line of CLIENT LIST. A field for something that carrotCache does not have shows what Redis shows without it. */
export function describeConnection(connection: Connection): string {
  const { socket, host } = connection;
  const now = host.clock();
  const seconds = (sinceMs: number) => Math.floor((now - sinceMs) / 1000);
  const { bytes, replies } = connection.outgoing;
  const { session } = connection;
  const { addr, laddr } = addressesOf(socket);
  const fields: [string, string | number][] = [
    ["id", connection.id],
    ["addr", addr],
    ["laddr", laddr],
    ["fd", -1],
    ["name", connection.name],
    ["age", seconds(connection.createdMs)],
    ["idle", seconds(connection.lastActiveMs)],
    ["flags", flagsOf(session)],
    ["db", session.database],
    ["sub", session.count("channels")],
    ["psub", session.count("patterns")],
    ["ssub", session.count("shards")],
    ["multi", session.transaction?.queue.length ?? -1],
    ["watch", session.watched.keys],
    ["qbuf", connection.pendingBytes],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", session.transaction?.bytes ?? 0],
    ["rbs", 0],
    ["rbp", 0],
    ["obl", 0],
    ["oll", replies],
    ["omem", bytes],
    ["tot-mem", connection.pendingBytes + bytes + session.keptBytes],
    ["events", "r"],
    ["cmd", connection.lastCommand],
    ["user", session.user],
    ["redir", session.tracking === undefined ? -1 : 0],
    ["resp", connection.protocol],
    ["lib-name", connection.libName],
    ["lib-ver", connection.libVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** The client's address and the one it has connected to, as Redis shows them. */
export function addressesOf(socket: Socket): { readonly addr: string; readonly laddr: string } {
  return {
    addr: address(socket.remoteAddress, socket.remotePort),
    laddr: address(socket.localAddress, socket.localPort),
  };
}

/** Redis' letters, in Redis' order. */
function flagsOf(session: Session): string {
  const flags = [
    session.isMonitor && "O",
    session.isSubscribed && "P",
    session.transaction !== undefined && "x",
    session.tracking !== undefined && "t",
    session.tracking === "prefixes" && "B",
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
