/**
 * The errors with a meaning of their own between the loaders and what runs them.
 *
 * Owns the classes only; what a client reads instead is in texts.ts. Any other error of a loader is an ordinary
 * failure of its origin.
 */
import { ConfError } from "../conf/conf-error.ts";

/** The key must not go to this origin, whatever the origin would say. */
export class KeyNotAllowed extends Error {
  override readonly name = "KeyNotAllowed";
}

/** The origin's value passes the group's `max-value-size`; thrown before it has been read to its end. */
export class ValueTooLarge extends Error {
  override readonly name = "ValueTooLarge";
}

/** The conf names a loader that cannot be made. The message is whole: `carrot.conf:12: loader: ...`. */
export class LoaderConfError extends ConfError {
  override readonly name = "LoaderConfError";
}
