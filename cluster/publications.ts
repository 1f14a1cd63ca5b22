/**
 * What a client of one member publishes for the clients of all others.
 *
 * Keeps: a publication goes to each member at most once, in the order of publishing, and nobody waits for it. A member whose
 * link is down, is far behind, or that reads no frame so long, misses it, and that is counted. Does not know who listens.
 */
import { encodeFrame } from "../proto/frame.ts";
import { carrot } from "../proto/generated/carrot.js";

export interface Publication {
  /** Said with SPUBLISH. */
  readonly isShard: boolean;
  readonly channel: Uint8Array;
  readonly message: Uint8Array;
}

/** A link that takes a frame which nobody answers; false: it does not. */
interface PostingLink {
  post(frame: Uint8Array, maxWaitingBytes: number): boolean;
}

/** While more bytes than this wait for a member, it gets no publication. GETs to it are refused at four times as many. */
const MAX_WAITING_BYTES = 4 << 20;

export class Publications {
  /** Publications that a member has missed; one that two members miss counts twice. */
  dropped = 0;
  readonly #links: () => Iterable<PostingLink>;

  constructor(links: () => Iterable<PostingLink>) {
    this.#links = links;
  }

  /** Tells every member. The bytes are copied. */
  publish({ isShard, channel, message }: Publication): void {
    let frame: Uint8Array | undefined;
    for (const link of this.#links()) {
      frame ??= encodeFrame(carrot.Frame, { publish: { isShard, channel, message } });
      if (!link.post(frame, MAX_WAITING_BYTES)) this.dropped++;
    }
  }
}

/** The bytes are views of the frame. */
export function publicationOf({ isShard, channel, message }: carrot.Publish.$Properties): Publication {
  return {
    isShard: isShard ?? false,
    channel: channel ?? new Uint8Array(),
    message: message ?? new Uint8Array(),
  };
}
