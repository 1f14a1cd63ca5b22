/**
 * CARROT.*: the ring, the groups and their figures.
 *
 * Replies are maps, so that a RESP3 client gets objects. The meaning of each counter is in counters/DESIGN.md.
 */

import type { LinkFigures } from "../../cluster/link-figures.ts";
import { MAX_MEMBERS } from "../../cluster/ring-view.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import { readMember } from "../conf/member-rules.ts";
import { figuresOf, sumFigures } from "../groups/group-figures.ts";
import type { Group } from "../groups/groups.ts";
import { version } from "../machine/version.ts";
import type { CommandContext, Run } from "./command.ts";
import { define } from "./define.ts";
import type { NodeFace } from "./node-face.ts";

function listPeers(node: NodeFace): Reply {
  const { membership, peers } = node.cache;
  const shares = membership.ring.shares();
  return membership.members.map((id) => {
    const isSelf = id === membership.self;
    const entry = new Map<string, Reply>([
      ["id", id],
      ["self", isSelf ? 1 : 0],
      ["state", isSelf ? "up" : (peers?.figures(id)?.state ?? "down")],
      ["share", `${((shares.get(id) ?? 0) * 100).toFixed(2)}%`],
    ]);
    if (isSelf) return entry.set("version", version);
    const figures: Partial<LinkFigures> = peers?.figures(id) ?? {};
    for (const [name, value] of Object.entries(figures)) {
      if (name !== "state" && value !== undefined) entry.set(underscored(name), value);
    }
    return entry;
  });
}

/** `bytesSent` -> `bytes_sent`, as Redis spells its fields. */
function underscored(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Checks the wanted members as a whole, and then changes the ring on every member. */
async function change(node: NodeFace, wanted: readonly string[]): Promise<Reply> {
  const { membership, peers } = node.cache;
  if (peers === undefined) return new ErrorReply(errors.alone);
  if (!wanted.includes(membership.self)) return new ErrorReply(errors.withoutSelf(membership.self));
  if (wanted.length > MAX_MEMBERS) return new ErrorReply(errors.tooManyMembers(MAX_MEMBERS));
  const missed = await node.cache.changeRing([...new Set(wanted)].sort());
  node.log.warn(
    { members: membership.members, epoch: membership.epoch, missed },
    "the ring was changed by a client",
  );
  return missed.length === 0 ? OK : new ErrorReply(errors.ringNotTaken(missed));
}

/** A command that changes the ring. `apply` makes the wanted members from the current and the named ones. */
function changing(apply: (current: readonly string[], named: readonly string[]) => readonly string[]): Run {
  return (args, { node }) => {
    const named: string[] = [];
    for (const arg of args.slice(2)) {
      const member = readMember(arg.toString(), node.conf.clusterSecret);
      if ("wrong" in member) return new ErrorReply(errors.member(arg, member.wrong));
      named.push(member.id);
    }
    return change(node, apply(node.cache.membership.members, named));
  };
}

function owner(args: readonly Buffer[], { node }: CommandContext): Reply {
  return node.cache.membership.ring.ownerOf(args[1]!);
}

/** The figures of one group, or of all added up. */
async function stats(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  if (args.length > 2) return new ErrorReply(errors.syntax);
  let chosen: readonly Group[] = node.cache.groups.all;
  if (args.length === 2) {
    const group = node.cache.groups.named(args[1]!.toString());
    if (group === undefined) return new ErrorReply(errors.noSuchGroup(args[1]!));
    chosen = [group];
  }
  await node.report.gather();
  const figures = Object.entries(sumFigures(chosen));
  // A sum of lifetimes has fractions of milliseconds, RESP's integers have none.
  return new Map<string, Reply>(figures.map(([name, value]) => [underscored(name), Math.round(value)]));
}

function groups(_args: readonly Buffer[], { node }: CommandContext): Reply {
  return node.cache.groups.all.map((group) => {
    const { conf } = group;
    return new Map<string, Reply>([
      ["name", group.name],
      ["database", conf.database],
      ["prefix", Buffer.from(conf.prefix)],
      ["loader", [conf.loader.kind, ...conf.loader.args].join(" ")],
      ["maxmemory", conf.maxBytes],
      ["mirror_memory", group.mirrors === undefined ? 0 : conf.mirrorBytes],
      ["ttl_ms", conf.ttlMs],
      ["negative_ttl_ms", conf.negativeTtlMs],
      ["loader_timeout_ms", conf.loaderTimeoutMs],
      ["loader_concurrency", conf.loaderConcurrency],
      ["max_value_size", conf.maxValueBytes],
      ["entries", figuresOf(group).entries],
    ]);
  });
}

/** The commands of this file. */
export const carrotCommands = [
  define("carrot.peers", { run: (_args, { node }) => listPeers(node) }),
  define("carrot.peers|add", { run: changing((current, named) => [...current, ...named]) }),
  define("carrot.peers|remove", {
    run: changing((current, named) => current.filter((id) => !named.includes(id))),
  }),
  define("carrot.peers|set", { run: changing((_current, named) => named) }),
  define("carrot.owner", { run: owner }),
  define("carrot.stats", { run: stats }),
  define("carrot.groups", { run: groups }),
];
