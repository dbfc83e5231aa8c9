import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { CheckResult } from '../../verifier/result.js';
import { connectionChecks, type ShownCertificate } from '../checks/handshake.js';
import { judgedByRules, type Context } from '../context.js';
import { readCertificate } from '../http/peer.js';
import { isIssuedBy } from '../issuing/judge-issued.js';
import { registrationsOf } from '../known-registrations.js';
import { refusalOf, type Refusal } from '../refusal.js';
import { allHold, runRules } from '../rules.js';
import { outcomeAtApi, type OutcomeAtApi, type TlsVersion } from './outcome-at-api.js';

/** The certificate that a connection showed. Nothing of it is secret. */
export interface ExplainedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Object identifiers; null where the certificate does not limit its use. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly keyId: string;
}

/** Why a connection would be refused by the listener with mutual TLS, or that it would not be. */
export interface Explanation {
  readonly tlsVersion: TlsVersion;
  /** What OpenSSL says of the certificate; null where it has nothing against it. */
  readonly openssl: string | null;
  readonly certificate: ExplainedCertificate | null;
  readonly atApi: OutcomeAtApi;
  readonly checks: readonly CheckResult[];
  /** Null where no rule stands against it. */
  readonly refusal: Refusal | null;
}

/** What explanations are made with. */
export interface ExplainedBy {
  readonly context: Context;
  /** Authorities that a certificate must chain to, DER. */
  readonly anchors: readonly Uint8Array[];
  /** Whether the listener with mutual TLS leaves its refusals to TLS, as it should. */
  readonly isDemanded: boolean;
}

const LONGEST_PATH = 10;

/** Explains what the listener with mutual TLS makes of a connection. Changes nothing anywhere. */
export async function explain(socket: TLSSocket, by: ExplainedBy): Promise<Explanation> {
  const { context } = by;
  const path = pathShown(socket);
  const x509 = path[0] ?? null;
  const certificate = readCertificate(socket);
  const id = certificate?.keyId ?? null;
  // OpenSSL has names of its own for a certificate that is missing.
  const openssl = x509 === null ? 'no certificate was shown' : verdictOf(socket);
  const shown = x509 === null ? null : shownIn(x509, isAnchored(path, by.anchors));
  const checks = runRules(
    connectionChecks,
    {
      ...{ certificate, shown, tlsRefusal: openssl, nowMs: context.clock().getTime() },
      registration: id === null ? null : await registrationsOf(context.store).ofTlsKey(id),
      denied: id === null ? null : context.denyList.find([id]),
    },
    context.judge.rules,
  );
  const refusal = allHold(checks) ? null : refusalOf(judgedByRules(checks));
  const tlsVersion = versionOf(socket);
  return {
    ...{ tlsVersion, openssl, checks, refusal },
    certificate: x509 === null || id === null ? null : explained(x509, id),
    atApi: outcomeAtApi({
      version: tlsVersion,
      isPresented: x509 !== null,
      tlsRefusal: by.isDemanded ? openssl : null,
      code: refusal?.code ?? null,
    }),
  };
}

function versionOf(socket: TLSSocket): TlsVersion {
  const version = socket.getProtocol();
  if (version === 'TLSv1.2' || version === 'TLSv1.3') return version;
  throw new Error(`a listener took ${version ?? 'no TLS'}`);
}

// A server is told a code where its types promise an error.
function verdictOf({ authorized, authorizationError }: TLSSocket): string | null {
  if (authorized) return null;
  const told: unknown = authorizationError;
  return told instanceof Error ? told.message : String(told);
}

function shownIn(certificate: X509Certificate, isFromAuthority: boolean): ShownCertificate {
  const issuer = oneLine(certificate.issuer);
  return { issuer, usages: usagesOf(certificate), isFromAuthority };
}

/** Whether a path ends at an anchor; how long each certificate is valid is not asked. */
function isAnchored(path: readonly X509Certificate[], anchors: readonly Uint8Array[]): boolean {
  const roots = anchors.map((anchor) => new X509Certificate(anchor));
  for (const [at, certificate] of path.entries()) {
    if (roots.some((root) => isIssuedBy(certificate, root))) return true;
    const above = path[at + 1];
    if (above === undefined || !isIssuedBy(certificate, above)) return false;
  }
  return false;
}

const paths = new WeakMap<TLSSocket, readonly X509Certificate[]>();

// Read once, and before anything else: `getPeerX509Certificate` takes the next certificate out of
// the connection's own list each time that it is called (Node 20).
function pathShown(socket: TLSSocket): readonly X509Certificate[] {
  const known = paths.get(socket);
  if (known !== undefined) return known;
  const path: X509Certificate[] = [];
  // An empty object where there is none, and no issuer, or itself, at the end of a path.
  let next = socket.getPeerCertificate(true) as Partial<DetailedPeerCertificate> | undefined;
  while (next?.raw !== undefined && path.length < LONGEST_PATH) {
    path.push(new X509Certificate(next.raw));
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  paths.set(socket, path);
  return path;
}

function explained(certificate: X509Certificate, id: string): ExplainedCertificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    extendedKeyUsage: usagesOf(certificate),
    keyId: id,
  };
}

// Node's types know of no certificate without the extension, of which it says undefined.
function usagesOf(certificate: X509Certificate): readonly string[] | null {
  const usages = certificate.keyUsage as readonly string[] | undefined;
  return usages ?? null;
}

// Node writes each part of a name on a line of its own, and escapes what could be a line's end.
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
