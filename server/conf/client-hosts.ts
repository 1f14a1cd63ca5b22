/**
 * The addresses that the port for clients is opened on.
 *
 * Owns what port 0 means: any free port; but beside a unix socket, as in Redis, no port at all.
 */
import type { NodeConf } from "./conf.ts";

/** The addresses of `bind`; none when clients come by the unix socket only. */
export function clientHosts({
  bind,
  port,
  unixSocket,
}: Pick<NodeConf, "bind" | "port" | "unixSocket">): readonly string[] {
  return port === 0 && unixSocket !== "" ? [] : bind;
}
