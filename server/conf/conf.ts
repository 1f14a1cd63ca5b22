/**
 * The conf of a node: carrot.conf, the command line and a program's directives, read, checked and worked out.
 *
 * Owns the shape only. Every field is in its final unit (bytes, milliseconds, fractions), every default is filled in and
 * every rule between directives holds, so code that gets a NodeConf never checks it again. The fields are those of
 * node-directives.ts and group-directives.ts.
 */

import type { Place } from "./conf-error.ts";
import type { GroupFields } from "./group-directives.ts";
import type { NodeFields } from "./node-directives.ts";

export type Eviction = NodeFields["eviction"];
export type LogLevel = NodeFields["loglevel"];

export interface GroupConf extends GroupFields {
  readonly name: string;
  /** `mirrorShare` in bytes; part of `maxBytes`. */
  readonly mirrorBytes: number;
}

export interface NodeConf extends NodeFields {
  /** The conf file as the operator named it; undefined: none was given. */
  readonly file: string | undefined;
  readonly groups: readonly GroupConf[];
  /** Where each directive that was given stands, by its full name: `port`, `group scores ttl`. */
  readonly places: ReadonlyMap<string, Place>;
}
