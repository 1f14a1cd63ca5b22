/**
 * The errors of a loader that mean more than "the origin failed".
 *
 * Owns the classes only; the texts that clients read are in load-error-texts.ts. Any other error of a loader is a failure of
 * its origin.
 */
import { ConfError } from "../conf/conf-error.ts";

/** The key must not be sent to this origin. */
export class KeyNotAllowed extends Error {
  override readonly name = "KeyNotAllowed";
}

/** The origin's value is longer than the group's `max-value-size`; thrown before all of it has been read. */
export class ValueTooLarge extends Error {
  override readonly name = "ValueTooLarge";
}

/** The origin answered with a status that stands for no value. */
export class OriginStatus extends Error {
  override readonly name = "OriginStatus";
}

/** The conf names a loader that cannot be made. The message names the line: `carrot.conf:12: loader: ...`. */
export class LoaderConfError extends ConfError {
  override readonly name = "LoaderConfError";
}
