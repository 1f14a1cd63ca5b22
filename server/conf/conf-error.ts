/**
 * Mistakes in a conf: what is wrong, and where it stands.
 *
 * Owns the form of every message: `carrot.conf:31: maxmemory: expected bytes such as 256mb, got "lots"`. A message is
 * one line whatever the conf contains, and never shows the value of a sensitive directive.
 */

/** Where a directive stands. */
export interface Place {
  /** `carrot.conf:31`, `command line`, or `startNode`. */
  readonly where: string;
  /** Absolute; relative paths in the directive start here. */
  readonly directory: string;
  readonly onCommandLine: boolean;
  /** The directive stands in a file that every user of the machine may read. */
  readonly isPublic?: boolean;
}

/** Stops the start of a node. The message is complete, place included. */
export class ConfError extends Error {
  override readonly name: string = "ConfError";
}

/**
 * What is wrong with some words. A parser returns it, because it does not know where the words stand; its caller knows,
 * and throws. `got` is the wrong word where there are several.
 */
export class Complaint {
  readonly text: string;
  readonly got: string | undefined;

  constructor(text: string, got?: string) {
    this.text = text;
    this.got = got;
  }
}

/**
 * An error at a place. `name` is the directive's full name (`port`, `group scores ttl`). If the operator has not given
 * the directive, its default is what is wrong: then there is no place, and the message starts with the name.
 */
export function errorAt(place: Place | undefined, name: string, text: string): ConfError {
  if (place === undefined) return new ConfError(`${name}: ${text}`);
  return new ConfError(`${place.where}: ${place.onCommandLine ? "--" : ""}${name}: ${text}`);
}

/** An error that shows only when the node starts, such as a port in use; it names the line of the conf all the same. */
export function directiveError(
  conf: { readonly places: ReadonlyMap<string, Place> },
  name: string,
  text: string,
): ConfError {
  return errorAt(conf.places.get(name), name, text);
}
