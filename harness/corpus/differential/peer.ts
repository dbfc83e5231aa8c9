import type { Format } from '../../verifier/index.js';
import type { AdapterResult, AdapterVector, Answer } from './protocol.js';

/** Another verifier that vectors are put to, one after another. */
export interface Peer {
  readonly name: string;
  /** Throws `ERR_ADAPTER` where there is no answer; bad evidence is answered. */
  ask(vector: AdapterVector): Promise<AdapterResult>;
  /** Ends what was started; throws `ERR_ADAPTER` where that ends badly. */
  close(): Promise<void>;
}

/** A verifier that a library makes, called in this process. */
export interface LibraryPeer {
  readonly formats: readonly Format[];
  /** What the library says of a vector of one of its formats. */
  judge(vector: AdapterVector): Promise<Answer>;
}

/** What a library peer says, whatever the format. */
export async function askLibrary(peer: LibraryPeer, vector: AdapterVector): Promise<AdapterResult> {
  const { id, format } = vector;
  if (!peer.formats.includes(format)) {
    return { id, verdict: 'unsupported', reason: `judges no ${format}` };
  }
  return { id, ...(await peer.judge(vector)) };
}

/** The words of a refusal: the message of what was thrown, on one line. */
export function refusal(thrown: unknown): Answer {
  return { verdict: 'rejected', reason: thrownText(thrown) };
}

/** A message with those of its causes, which libraries wrap. */
function thrownText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const [first = ''] = thrown.message.split('\n');
  const text = first === '' ? thrown.name : first.replace(/:$/, '');
  return thrown.cause instanceof Error && thrown.cause !== thrown
    ? `${text}: ${thrownText(thrown.cause)}`
    : text;
}
