/**
 * What `group NAME loader KIND ...` says: the words of the directive, and where it stands.
 *
 * Owns the shape only. The loader's factory gives the words their meaning; no kind of loader is known here.
 */

export interface LoaderConf {
  readonly kind: string;
  readonly args: readonly string[];
  /** The directive's place, for errors: `carrot.conf:12`. */
  readonly where: string;
  /** Absolute; relative paths in `args` start here. */
  readonly directory: string;
}
