import { createHash } from 'node:crypto';
import { fromBase64url, toBase64url, toHex, utf8, utf8Text } from '../encoding/bytes.js';
import { LIMITS } from './limits.js';
import type { ProbeState } from './protocol.js';

/** An answer as the probe shows it: what the state says, and the pages. */
export interface PagedAnswer {
  readonly state: Extract<ProbeState, { state: 'done' }>;
  readonly pages: readonly string[];
}

/**
 * Cuts an answer into pages. Each names its number, their count and the request, so that a page read
 * too early is noticed; its chunk is base64url, which no text element trims, wraps or "corrects".
 */
export function pageAnswer(id: string, json: string): PagedAnswer {
  const bytes = utf8(json);
  const text = toBase64url(bytes);
  const count = Math.ceil(text.length / LIMITS.pageChars);
  const pages = Array.from({ length: count }, (_, index) => {
    const chunk = text.slice(index * LIMITS.pageChars, (index + 1) * LIMITS.pageChars);
    return `${index + 1}/${count} ${id} ${chunk}`;
  });
  const sha256 = digestHex(bytes);
  return { state: { v: 1, state: 'done', id, pages: count, bytes: bytes.length, sha256 }, pages };
}

/** A page as read. */
export interface Page {
  readonly number: number;
  readonly id: string;
  readonly chunk: string;
}

/** Reads a page's text; null where it is none. */
export function parsePage(text: string): Page | null {
  const match = /^([1-9][0-9]{0,3})\/[1-9][0-9]{0,3} ([A-Za-z0-9_-]+) ([A-Za-z0-9_-]+)$/.exec(text);
  const [, number, id, chunk] = match ?? [];
  if (number === undefined || id === undefined || chunk === undefined) return null;
  return { number: Number(number), id, chunk };
}

/** The answer's JSON from all its chunks; null where a byte is missing, added or changed. */
export function joinPages(state: PagedAnswer['state'], chunks: readonly string[]): string | null {
  const bytes = fromBase64url(chunks.join(''));
  if (bytes?.length !== state.bytes || digestHex(bytes) !== state.sha256) return null;
  return utf8Text(bytes);
}

function digestHex(bytes: Uint8Array): string {
  return toHex(new Uint8Array(createHash('sha256').update(bytes).digest()));
}
