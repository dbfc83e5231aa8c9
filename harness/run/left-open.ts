import { randomUUID } from 'node:crypto';
import { HarnessError } from '../errors.js';

/** Something that stories start and end by an id, and that a story which breaks leaves open. */
export interface Closable {
  close(): Promise<void>;
}

/** What the stories of a run have started and not ended yet, by the phones that they are told on. */
export class LeftOpen<T extends Closable> {
  readonly #noun: string;
  readonly #open = new Map<string, { readonly phone: string; readonly what: T }>();

  /** `noun` is what errors call it. */
  constructor(noun: string) {
    this.#noun = noun;
  }

  /** Keeps what a phone's story has started; answers its id. */
  add(phone: string, what: T): string {
    const id = randomUUID();
    this.#open.set(id, { phone, what });
    return id;
  }

  /** Gives it to whoever ends it. Throws ERR_USAGE where nothing of that id is open. */
  take(id: string): T {
    const open = this.#open.get(id);
    if (open === undefined) throw new HarnessError('ERR_USAGE', `no such ${this.#noun}`);
    this.#open.delete(id);
    return open.what;
  }

  /** Ends what a phone's story has left open. */
  async abandon(phone: string): Promise<void> {
    const left = [...this.#open].filter(([, one]) => one.phone === phone);
    for (const [id] of left) this.#open.delete(id);
    await Promise.all(left.map(([, { what }]) => what.close()));
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ what }) => what.close()));
  }
}
