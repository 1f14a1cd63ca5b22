/**
 * The other members, as this node deals with them: ask one for a key, tell one of a delete, answer what they ask.
 *
 * Owns a link to each member and the peer port. Keeps: a request to a member that cannot be reached is rejected at once
 * with PeerUnreachable; when a link is up again, the deletes that its member may have missed go before anything else;
 * members with different views of the ring end up with the same one. Does not know which member owns a key, nor what is
 * stored: the node does, and hands in its handlers.
 *
 * Each node dials each other one, so that there are two links a pair, each with requests in one direction.
 */

import type { Deletion, Version } from "./change.ts";
import { DialedLink } from "./dialed-link.ts";
import type { Edit, Edited } from "./edit.ts";
import type { IntroducedGroup } from "./introduction.ts";
import { Introductions } from "./introductions.ts";
import type { LinkFigures } from "./link-figures.ts";
import type { Glimpse } from "./outcome.ts";
import { glimpseOf } from "./outcome-message.ts";
import type { PeerHandlers, ScanPiece, WantedKeys } from "./peer-handlers.ts";
import { PeerServer } from "./peer-server.ts";
import { PeerUnreachable } from "./peer-unreachable.ts";
import type { PeersOptions } from "./peers-options.ts";
import { Publications } from "./publications.ts";
import { QuietLog } from "./quiet-log.ts";
import { frameBytesFor, type GetWaiter, MAX_KEY_BYTES } from "./requests.ts";
import { RingAgreement } from "./ring-agreement.ts";
import type { RingView } from "./ring-view.ts";
import type { Ran } from "./run.ts";
import { SharedChanges } from "./shared-changes.ts";
import { askEdit, askRun, type WorkOptions } from "./work-requests.ts";

export type { PeerHandlers, ScanPiece, WantedKeys };

interface Member {
  readonly link: DialedLink;
  received: number;
  /** When views of the ring were last exchanged. */
  exchangedAtMs: number;
}

/** A process is told from another one with the same id by so many random bytes. */
const INSTANCE_BYTES = 8;
/** If views still differ after an exchange, one side refuses the other's view, and an exchange at every ping is useless. */
const EXCHANGE_INTERVAL_MS = 2000;

export class Peers {
  readonly #options: PeersOptions;
  readonly #log: QuietLog;
  readonly #server: PeerServer;
  readonly #members = new Map<string, Member>();
  readonly #ring: RingAgreement;
  readonly #introductions: Introductions;
  readonly #changes: SharedChanges;
  readonly publications = new Publications(() => [...this.#members.values()].map(({ link }) => link));

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#log = new QuietLog(options.log, options.world.clock);
    const { id, version, terms, groups, world, handlers } = options;
    this.#ring = new RingAgreement({ epoch: options.epoch, take: handlers.ring.bind(handlers) });
    const maxFrameBytes = frameBytesFor(options.maxValueBytes);
    const instance = Buffer.from(world.randomBytes(INSTANCE_BYTES)).toString("hex");
    this.#introductions = new Introductions({
      own: { id, instance, version, maxFrameBytes, terms, groups },
      ring: () => this.#ring.fingerprint,
      linkTo: (member) => this.#members.get(member)?.link,
    });
    this.#changes = new SharedChanges({
      own: { id, instance },
      world,
      timeoutMs: options.requestTimeoutMs,
      firstCounter: options.firstCounter,
      change: (deletion, of) => handlers.change(deletion, of),
    });
    this.#server = new PeerServer({
      id: options.id,
      secret: options.secret,
      handlers: options.handlers,
      ring: this.#ring,
      log: this.#log,
      world: options.world,
      maxFrameBytes,
      hearing: this.#changes.hearing,
      introduction: (refusal, heard) => this.#introductions.frame(refusal, heard),
      judge: (member) => this.#introductions.judgeDialer(member),
      introduced: (id) => this.#members.get(id)?.link.dial(),
      counted: (id, requests) => {
        const member = this.#members.get(id);
        if (member !== undefined) member.received += requests;
      },
    });
  }

  /** Opens the peer port; rejects when it cannot be opened. */
  listen(host: string, port: number): Promise<void> {
    return this.#server.listen(host, port);
  }

  /** 0 while not listening. */
  get port(): number {
    return this.#server.port;
  }

  /**
   * Takes the members of the whole ring, with or without this node's id. Dials the new ones; closes the links to those
   * that are gone, which rejects their requests; the other links stay. A node that was removed from the ring hands in the
   * ring without itself: a ring of itself alone could count as the newest.
   */
  setMembers(ids: readonly string[]): void {
    const wanted = new Set(ids);
    this.#ring.setMembers(wanted);
    wanted.delete(this.#options.id);
    for (const [id, member] of this.#members) {
      if (wanted.has(id)) continue;
      this.#members.delete(id);
      this.#introductions.forget(id);
      this.#changes.remove(id);
      member.link.close();
    }
    for (const id of wanted) if (!this.#members.has(id)) this.#add(id);
  }

  isUp(id: string): boolean {
    return this.#members.get(id)?.link.isUp ?? false;
  }

  /**
   * Tells a member, before the next request to it, that this node reads `key` for clients that cache by themselves. The
   * member then says when its answer is no longer valid: see `invalidated`. The key must not change until the tick ends.
   */
  track(id: string, key: Uint8Array, kind: "read" | "lookedAt"): void {
    this.#members.get(id)?.link.track(key, kind);
  }

  /**
   * Asks a member for a key, whose bytes must not change until the tick ends. Requests of one tick to one member travel
   * in one frame.
   */
  get(id: string, key: Uint8Array, waiter: GetWaiter): void {
    const member = this.#members.get(id);
    if (member === undefined) waiter.unreachable(noMember(id));
    else member.link.get(key, waiter, this.#changes.isRecent(id, key));
  }

  /** What a member knows of a key, without a load. Rejects with PeerUnreachable. */
  async look(id: string, key: Uint8Array): Promise<Glimpse> {
    if (key.length > MAX_KEY_BYTES) return { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 };
    return glimpseOf(
      await this.#member(id).link.request("looked", (requestId) => ({ look: { id: requestId, key } })),
    );
  }

  /**
   * Tells all other members what this node has deleted or changed: they delete what they have of it. Resolves with the number
   * of live entries removed by their owners, when each member that is linked has done so or takes too long; a member that has
   * not heard hears it later, before anything else. Nobody carries it out twice.
   */
  announce(deletion: Deletion): Promise<number> {
    return this.#changes.announce(deletion);
  }

  /** The version of a change that this node makes now. */
  nextVersion(): Version {
    return this.#changes.nextVersion();
  }

  /** Every change of another member with a counter up to this one has been heard. */
  settledCounter(): number {
    return this.#changes.settledCounter();
  }

  /**
   * Edits an entry at the member that owns the key or stands in for the owner. Refused, with an error in the answer,
   * when the edit is too long for the member or the member is far behind. Rejects with PeerUnreachable; when that
   * `wasSent`, the member may have made the edit or not. `loadMs`: how long the member may load before it edits.
   */
  async edit(id: string, key: Uint8Array, edit: Edit, loadMs = 0): Promise<Edited> {
    return askEdit(this.#member(id).link, this.#workOptions(id, loadMs), key, edit);
  }

  /**
   * Has a member run a command whole: the owner of all its keys, or its stand-in. The member may take `extraMs` beyond the
   * usual time. Refused, with an error in the answer, as an edit is. Rejects with PeerUnreachable, which says whether the
   * member may have run it.
   */
  async run(id: string, words: readonly Uint8Array[], extraMs: number): Promise<Ran> {
    return askRun(this.#member(id).link, this.#workOptions(id, extraMs), words);
  }

  /** A piece of the keys that a member holds; `cursor` as in ScanPiece. Rejects with PeerUnreachable. */
  async scan(id: string, cursor: number, count: number, wanted: WantedKeys): Promise<ScanPiece> {
    const build = (requestId: number) => ({ scan: { id: requestId, cursor, count, ...wanted } });
    const answer = await this.#member(id).link.request("scanned", build);
    return {
      cursor: answer.cursor ?? 0,
      keys: (answer.keys ?? []).map((key) => Buffer.from(key)),
      seen: answer.seen ?? 0,
    };
  }

  /** The number of live entries of a database that a member owns. Rejects with PeerUnreachable. */
  async count(id: string, database: number): Promise<number> {
    const build = (requestId: number) => ({ count: { id: requestId, database } });
    return (await this.#member(id).link.request("counted", build)).count ?? 0;
  }

  /**
   * Offers a member this view of the ring; true when the member holds it now. If the member's own view is newer, this
   * node's handler `ring` gets that one. Rejects with PeerUnreachable.
   */
  async ring(id: string, epoch: number, members: readonly string[]): Promise<boolean> {
    return this.#offer(this.#member(id), { epoch, members: [...members].sort() });
  }

  /** The groups that a member said it has, perhaps on a link that has ended; empty: it has not said any. */
  groupsOf(id: string): readonly IntroducedGroup[] {
    return this.#introductions.groupsOf(id);
  }

  /** The figures of the link to a member; undefined for an id that is no other member's. */
  figures(id: string): LinkFigures | undefined {
    const member = this.#members.get(id);
    if (member === undefined) return undefined;
    return { ...member.link.figures(), received: member.received, ...this.#introductions.figures(id) };
  }

  /** Answers the requests that were read, and closes every link. */
  async close(): Promise<void> {
    for (const { link } of this.#members.values()) link.close();
    this.#members.clear();
    this.#changes.close();
    await this.#server.close();
  }

  #add(id: string): void {
    const { secret, maxValueBytes, requestTimeoutMs, world } = this.#options;
    const link = new DialedLink({
      peer: id,
      secret,
      requestTimeoutMs,
      world,
      maxFrameBytes: frameBytesFor(maxValueBytes),
      log: this.#log,
      introduction: () => this.#introductions.frame(),
      judge: (heard) => this.#introductions.judgeDialed(id, heard),
      opened: (heard) => {
        this.#introductions.met(heard, this.#log);
        this.#server.endOthers(id, heard.instance);
        this.#changes.opened(id, heard.heard);
        this.#options.linkChanged();
      },
      ended: () => {
        this.#changes.closed(id);
        this.#options.linkChanged();
      },
      invalidated: this.#options.invalidated,
      sawRing: (fingerprint) => this.#compareRings(member, fingerprint),
      sendFirst: () => this.#changes.flush(),
      told: (told) => this.#changes.told(id, told),
      positions: () => this.#changes.hearing.positions,
      ponged: (pong) => this.#changes.ponged(id, pong),
    });
    const member: Member = { link, received: 0, exchangedAtMs: -EXCHANGE_INTERVAL_MS };
    this.#members.set(id, member);
    this.#changes.add(id, link);
    member.link.dial();
  }

  /** A member that works tells all others before it answers: that may take as long as an answer. */
  #workOptions(id: string, extraMs: number): WorkOptions {
    return { id, changes: this.#changes, extraMs: extraMs + this.#options.requestTimeoutMs() };
  }

  #member(id: string): Member {
    const member = this.#members.get(id);
    if (member === undefined) throw noMember(id);
    return member;
  }

  #compareRings(member: Member, theirs: number): void {
    const now = this.#options.world.clock();
    if (theirs === this.#ring.fingerprint || now - member.exchangedAtMs < EXCHANGE_INTERVAL_MS) return;
    member.exchangedAtMs = now;
    this.#offer(member, this.#ring.view).catch(() => {}); // The link has ended; the next one compares again.
  }

  async #offer(member: Member, { epoch, members }: RingView): Promise<boolean> {
    const build = (id: number) => ({ ring: { id, epoch, members: [...members] } });
    const answer = await member.link.request("ringTaken", build);
    this.#ring.consider({ epoch: answer.epoch ?? 0, members: answer.members ?? [] });
    return answer.taken ?? false;
  }
}

function noMember(id: string): PeerUnreachable {
  return new PeerUnreachable(id, "not a member");
}
