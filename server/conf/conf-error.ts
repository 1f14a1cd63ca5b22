/**
 * Mistakes in a conf: what is wrong, and the place of it.
 *
 * Owns the form of every message: `carrot.conf:31: maxmemory: expected bytes such as 256mb, got "lots"`. A
 * message is one line whatever the conf contains, and never repeats the value of a sensitive directive.
 */

/** Where a directive stands. */
export interface Place {
  /** `carrot.conf:31`, `command line`, or `startNode`. */
  readonly where: string;
  /** Absolute; what relative paths in the directive are relative to. */
  readonly directory: string;
  readonly onCommandLine: boolean;
  /** It stands in a file that every user of the machine may read. */
  readonly isPublic?: boolean;
}

/** Stops the start of a node; the message is complete, place included. */
export class ConfError extends Error {
  override readonly name: string = "ConfError";
}

/**
 * What is wrong with some words, returned by who parses them and does not know where they stand. `got` is the
 * word at fault where there are several.
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
 * An error at a place. `name` is the directive's full name (`port`, `group scores ttl`); without a place (the
 * directive was not given and its default does not do) the message starts with the name.
 */
export function errorAt(place: Place | undefined, name: string, text: string): ConfError {
  if (place === undefined) return new ConfError(`${name}: ${text}`);
  return new ConfError(`${place.where}: ${place.onCommandLine ? "--" : ""}${name}: ${text}`);
}

/**
 * The error of a directive that turned out wrong later, when the node started: its line is that of the conf.
 */
export function directiveError(
  conf: { readonly places: ReadonlyMap<string, Place> },
  name: string,
  text: string,
): ConfError {
  return errorAt(conf.places.get(name), name, text);
}
