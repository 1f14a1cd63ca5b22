/**
 * CONFIG SET maxmemory and eviction: has the stores of all groups take other memory, and moves their entries to it.
 *
 * Invariant: either all stores begin to move, or none does and the reason is returned. Moving takes slices of two
 * milliseconds, so that clients notice nothing. Does not know how an entry moves.
 */
import type { World } from "../../cluster/world.ts";
import type { MemoryPlan } from "../conf/memory-plan.ts";
import type { Group } from "../groups/groups.ts";
import { hintUntilGone } from "../machine/garbage-hint.ts";
import { isOutOfMemory, noMemoryText } from "../machine/memory.ts";
import type { FreeWrites } from "../store/free-writes.ts";
import type { Store, StoreHandle } from "../store/store.ts";

/** A slice, the pause behind one, and how often it is looked whether there is something to move. */
const SLICE_MS = 2;
const PAUSE_MS = 1;
export const LOOK_MS = 100;

interface MoveOptions {
  readonly world: Pick<World, "quietlyAfter">;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
}

/** Returns why it cannot be; undefined: the stores use the new memory from now on, and `moveSlice` moves the entries. */
export function fitMemory(
  groups: readonly Group[],
  plan: MemoryPlan,
  { world, freeWrites }: MoveOptions,
): string | undefined {
  const moves: { readonly store: Store; readonly to: StoreHandle }[] = [];
  try {
    for (const { store, maxBytes, eviction, maxValueBytes } of groups.flatMap((group) =>
      wishesOf(group, plan),
    )) {
      if (store.handle.maxBytes === maxBytes && store.handle.eviction === eviction) continue;
      const to = store.memory.other({ maxBytes, eviction, maxValueBytes });
      const whyNot = store.memory.whyNot(to);
      if (whyNot !== undefined) return whyNot;
      moves.push({ store, to });
    }
  } catch (error) {
    if (error instanceof Error && isOutOfMemory(error)) return noMemoryText();
    throw error;
  }
  if (moves.length === 0) return undefined;
  freeWrites?.set("moving", true);
  freeWrites?.moves();
  const old = moves.flatMap(({ store }) => store.handle.memory);
  for (const { store, to } of moves) store.memory.moveTo(to);
  hintUntilGone(world, old);
  return undefined;
}

/** What the stores of a group are to be like. The mirrors have their part of its limit, and evict with every policy. */
function wishesOf({ name, store, mirrors, conf }: Group, { groups, eviction }: MemoryPlan) {
  const { maxBytes, mirrorBytes } = groups.get(name)!;
  const { maxValueBytes } = conf;
  if (mirrors === undefined) return [{ store, maxBytes, eviction, maxValueBytes }];
  const mirrorEviction = eviction === "noeviction" ? ("s3fifo" as const) : eviction;
  return [
    { store, maxBytes: maxBytes - mirrorBytes, eviction, maxValueBytes },
    { store: mirrors, maxBytes: mirrorBytes, eviction: mirrorEviction, maxValueBytes },
  ];
}

/** Moves entries for a slice; returns in how many milliseconds the next one is to come. */
export function moveSlice(groups: readonly Group[], freeWrites?: FreeWrites): number {
  const moving = movingOf(groups);
  moving?.memory.moveSome(SLICE_MS);
  freeWrites?.set("moving", moving !== undefined);
  return moving === undefined ? LOOK_MS : PAUSE_MS;
}

function movingOf(groups: readonly Group[]): Store | undefined {
  return groups
    .flatMap(({ store, mirrors }) => (mirrors === undefined ? [store] : [store, mirrors]))
    .find(({ memory }) => memory.isMoving);
}
