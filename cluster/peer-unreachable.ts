/**
 * The one error that tells a caller to ask somebody else.
 *
 * Owns the distinction between a member that cannot answer now, so that its successor is asked, and an answer that is an
 * error.
 */

export class PeerUnreachable extends Error {
  override name = "PeerUnreachable";
  /** The member's id. */
  readonly peer: string;

  constructor(peer: string, reason: string) {
    super(`peer ${peer} is unreachable: ${reason}`);
    this.peer = peer;
  }
}
