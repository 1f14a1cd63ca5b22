/**
 * The one error after which a caller asks another member.
 *
 * Owns the distinction between a member that cannot answer now, whose successor is asked instead, and an answer that is
 * an error.
 */

export class PeerUnreachable extends Error {
  override name = "PeerUnreachable";
  /** The member's id. */
  readonly peer: string;
  /** The request has left this node, and no answer came: the member may have done what it was asked, or not. */
  readonly wasSent: boolean;

  constructor(peer: string, reason: string, wasSent = false) {
    super(`peer ${peer} is unreachable: ${reason}`);
    this.peer = peer;
    this.wasSent = wasSent;
  }
}
