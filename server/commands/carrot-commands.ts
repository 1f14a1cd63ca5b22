/**
 * CARROT.*: the ring, the groups and their figures.
 *
 * Replies are maps, so that a RESP3 client gets objects. Each counter's formula is in server/DESIGN.md.
 */

import type { LinkFigures } from "../../cluster/dialed-link.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import { readMember } from "../conf/members.ts";
import { figuresOf, sumFigures } from "../groups/group-figures.ts";
import type { Group } from "../groups/groups.ts";
import type { Command, CommandContext } from "./command.ts";
import type { NodeFace } from "./node-face.ts";

/** A ring of more members has more links than a node has descriptors. */
const MAX_MEMBERS = 1024;

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
    if (isSelf) return entry;
    const figures: Partial<LinkFigures> = peers?.figures(id) ?? {};
    for (const [name, value] of Object.entries(figures)) {
      if (name !== "state" && value !== undefined) entry.set(underscored(name), number(value));
    }
    return entry;
  });
}

/** RESP integers are whole; other figures travel as text. */
function number(value: string | number): Reply {
  if (typeof value === "string" || Number.isInteger(value)) return value;
  return value.toFixed(3);
}

/** `bytesSent` -> `bytes_sent`, as Redis spells its fields. */
function underscored(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Puts a ring in force on all members, after it has been found sound as a whole. */
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

function changeCommand(
  name: string,
  arity: number,
  summary: string,
  apply: (current: readonly string[], named: readonly string[]) => readonly string[],
): Command {
  return {
    name,
    arity,
    flags: ["admin", "dangerous"],
    summary,
    since: "0.1.0",
    group: "carrot",
    run: (args, { node }: CommandContext) => {
      const named: string[] = [];
      for (const arg of args.slice(2)) {
        const member = readMember(arg.toString(), node.conf.clusterSecret);
        if ("wrong" in member) return new ErrorReply(errors.member(arg, member.wrong));
        named.push(member.id);
      }
      return change(node, apply(node.cache.membership.members, named));
    },
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
  return new Map<string, Reply>(figures.map(([name, value]) => [underscored(name), value]));
}

function groups(_args: readonly Buffer[], { node }: CommandContext): Reply {
  return node.cache.groups.all.map((group) => {
    const { conf } = group;
    return new Map<string, Reply>([
      ["name", group.name],
      ["prefix", Buffer.from(group.prefix)],
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

function command(
  name: string,
  arity: number,
  summary: string,
  run: NonNullable<Command["run"]>,
  more: Partial<Command> = {},
): Command {
  return { name, arity, flags: ["readonly"], summary, since: "0.1.0", group: "carrot", run, ...more };
}

/** The commands of this file. */
export const carrotCommands: readonly Command[] = [
  command(
    "carrot.peers",
    -1,
    "The members of the ring, an entry a member.",
    (_args, { node }) => listPeers(node),
    {
      subcommands: [
        changeCommand("add", -3, "Adds members to the ring, on every member.", (current, named) => [
          ...current,
          ...named,
        ]),
        changeCommand("remove", -3, "Takes members out of the ring, on every member.", (current, named) =>
          current.filter((id) => !named.includes(id)),
        ),
        changeCommand(
          "set",
          -3,
          "Puts these members, and no others, into the ring.",
          (_current, named) => named,
        ),
      ],
    },
  ),
  command("carrot.owner", 2, "The id of the member that owns a key.", owner, {
    flags: ["readonly", "fast"],
    keys: { first: 1, last: 1, step: 1 },
  }),
  command("carrot.stats", -1, "The counters of a group, or of all groups added up.", stats),
  command("carrot.groups", 1, "The groups with their limits and loaders, an entry a group.", groups),
];
