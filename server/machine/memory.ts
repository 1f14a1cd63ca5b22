/**
 * How much memory there is for this process.
 *
 * Owns which limit counts: the machine's memory, or that of the container (cgroup, version 1 or 2) if it is lower; and what
 * to say when the system gives none.
 */
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { processLimit } from "./process-limits.ts";

export interface Memory {
  readonly bytes: number;
  /** Who sets this limit, for messages. */
  readonly owner: "this machine" | "this container";
  /** The most that JavaScript objects may take. */
  readonly heapBytes: number;
}

/** `containerBytes`: as Node tells it, 0 or a number beyond all machines when there is no limit. */
export function memoryHere(
  machineBytes = totalmem(),
  containerBytes = process.constrainedMemory(),
  heapBytes = getHeapStatistics().heap_size_limit,
): Memory {
  if (containerBytes > 0 && containerBytes < machineBytes) {
    return { bytes: containerBytes, owner: "this container", heapBytes };
  }
  return { bytes: machineBytes, owner: "this machine", heapBytes };
}

/** Node's errors for memory that it has not got: for an ArrayBuffer, or for WebAssembly, which reserves 10 GiB of addresses. */
export function isOutOfMemory(error: Error): boolean {
  return (
    error instanceof RangeError && /allocation failed|out of memory|cannot allocate/i.test(error.message)
  );
}

/** What an operator can do about it. */
export function noMemoryText(addressBytes = processLimit("Max address space")): string {
  if (addressBytes === undefined) return "the system gives the process no memory for it";
  const limit = `the limit of address space, ${Math.floor(addressBytes / 1024)} kB, is too low`;
  return `${limit}: raise it (ulimit -v unlimited); addresses that are reserved take no memory`;
}
