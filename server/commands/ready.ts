/**
 * Values that may be there already: what a command gets from this node comes at once, what it gets from another member
 * comes later.
 *
 * Invariant: when everything is there, nothing waits. So a script, which must not wait, can call a command of this node.
 */

/** Calls `read` with the value, at once if it is there. */
export function whenReady<T, R>(value: T | Promise<T>, read: (value: T) => R): R | Promise<Awaited<R>> {
  return value instanceof Promise ? (value.then(read) as Promise<Awaited<R>>) : read(value);
}

/** All values in their order, at once if all are there. */
export function allReady<T>(values: readonly (T | Promise<T>)[]): T[] | Promise<T[]> {
  const isWaiting = values.some((value) => value instanceof Promise);
  return isWaiting ? Promise.all(values) : (values as T[]);
}
