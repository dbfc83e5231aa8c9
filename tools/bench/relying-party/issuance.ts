import { generateKeyPairSync } from 'node:crypto';
import {
  authorityOf,
  createAuthority,
  selfSigned,
  type Authority,
} from '../../../harness/relying-party/authority.js';
import {
  issueClientCertificate,
  SHORT_LIVED,
} from '../../../harness/relying-party/issue-certificate.js';
import { ownIssuer } from '../../../harness/relying-party/issuing/issuer.js';
import { openTokenKey } from '../../../harness/relying-party/issuing/token-key.js';
import type { Print } from '../figure.js';
import { figureLine, medians } from '../medians.js';

/**
 * What it takes to issue a client certificate and to judge it: with a key in this process, and with
 * one on the token that `ATTESTLAB_BENCH_TOKEN` names (its PIN as `serve` takes it).
 */
export async function benchIssuance(print: Print): Promise<void> {
  const nowMs = Date.now();
  const options = {
    commonName: 'bench',
    notBefore: new Date(nowMs - 60_000),
    notAfter: new Date(nowMs + 365 * 24 * 60 * 60_000),
  };
  const uri = process.env['ATTESTLAB_BENCH_TOKEN'];
  const pin = process.env['ATTESTLAB_TOKEN_PIN'];
  const token = uri === undefined ? null : await openTokenKey({ uri, pin }, 'made');
  try {
    const inProcess = issuing(await createAuthority(options));
    const onToken =
      token === null ? null : issuing(authorityOf(token, await selfSigned(token, options)));
    const times = await medians({ inProcess, onToken: onToken ?? inProcess });
    print('a client certificate, issued and judged, medians\n');
    print(figureLine('key in this process', times.inProcess, ''));
    print(
      onToken === null
        ? '  key on a token: not measured, since ATTESTLAB_BENCH_TOKEN names none\n'
        : figureLine(
            'key on a token',
            times.onToken,
            `${(times.onToken / times.inProcess).toFixed(1)} times as long`,
          ),
    );
  } finally {
    token?.close();
  }
}

function issuing(authority: Authority): () => Promise<unknown> {
  const issuer = ownIssuer(authority);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  const order = { subject: 'phone', csr: new Uint8Array(), spki, policy: SHORT_LIVED };
  return () => issueClientCertificate(issuer, { ...order, now: new Date() });
}
