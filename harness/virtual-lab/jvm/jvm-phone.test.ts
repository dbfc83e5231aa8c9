import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64url } from '../../encoding/bytes.js';
import { parseAndroidKey } from '../../evidence/android-key/index.js';
import { generateMaterial } from '../secure-hardware/key-material.js';
import { ANDROID_PROBE, PIXEL, startTestLab, type TestLab } from '../testing/lab.js';
import { JvmPhone } from './jvm-phone.js';

const APP = ANDROID_PROBE.packageName;
const ROOTED = { ...PIXEL, jailbroken: true, locked: false, bootState: 'unverified' } as const;

let lab: TestLab;
let jvm: JvmPhone;
let said: Readonly<Record<string, unknown>>[];

beforeEach(async () => {
  jvm = new JvmPhone({ model: 'Virtual Pixel' });
  said = [];
  jvm.listener.onConnected({ say: (message) => void said.push({ ...message }) });
  lab = await startTestLab(ROOTED, {
    probe: (own) => ({
      schemes: own.schemes,
      start: (context) => jvm.start(context),
      removed: () => {
        jvm.removed();
      },
    }),
  });
  lab.phone.launch(APP);
});

afterEach(() => lab.close());

/** Asks as the JVM does, and waits for the answer. */
async function ask(what: string, args: object): Promise<Readonly<Record<string, unknown>>> {
  const before = said.length;
  jvm.listener.onMessage({ ask: before, what, args });
  await expect.poll(() => said.length).toBeGreaterThan(before);
  return said.at(-1) ?? {};
}

const certify = async (changes: object = {}) => {
  const { spki } = await generateMaterial('ec-p256');
  const key = { level: 'tee', algorithm: 'ec-p256', digests: ['sha256'], challenge: 'AAAA' };
  return {
    spki,
    answer: await ask('keys/certify', { ...key, spki: toBase64url(spki), ...changes }),
  };
};

describe('a phone whose apps run in a JVM', () => {
  it('describes itself, and passes on what faces do', () => {
    lab.phone.openLink('attestlab-probe://v1?r=e30', APP);
    lab.phone.hooks.switchOn('pin-check-forced');
    lab.phone.clock.setOffset(60_000);
    lab.phone.openLink('attestlab-probe://v1?r=e31', APP);
    lab.phone.remove(APP);
    expect(said.map(({ order }) => order)).toEqual([
      ...[undefined, 'start', 'open', 'open', 'end', 'remove'],
    ]);
    expect(said[0]).toEqual({ model: 'Virtual Pixel' });
    expect(said[2]).toMatchObject({ hooks: [], link: 'attestlab-probe://v1?r=e30' });
    expect(said[3]).toMatchObject({ hooks: ['pin-check-forced'] });
    expect(Math.round(Number(said[3]?.['clockOffsetMs']) / 1000)).toBe(60);
  });

  it('shows what its app shows, and nothing of one that has ended', () => {
    const screen = [{ accessibilityId: 'attestlab.state', kind: 'text', text: 'idle' }] as const;
    jvm.listener.onMessage({ life: 1, screen });
    expect(lab.phone.screen()).toEqual(screen);
    lab.phone.tap('attestlab.state');
    expect(said.at(-1)).toEqual({ order: 'tap', accessibilityId: 'attestlab.state' });
    lab.phone.terminate(APP);
    lab.phone.launch(APP);
    jvm.listener.onMessage({ life: 1, screen });
    expect(lab.phone.screen()).toEqual([]);
    jvm.listener.onMessage({ life: 2, screen });
    expect(lab.phone.screen()).toEqual(screen);
    jvm.lost();
    expect(lab.phone.screen()).toEqual([]);
  });
});

describe('what a JVM may ask its phone', () => {
  it('has the secure hardware attest a key of which it sees the public half alone', async () => {
    const { spki, answer } = await certify();
    const { level, chain } = answer['answered'] as { level: string; chain: string[] };
    expect(level).toBe('tee');
    const { parsed } = parseAndroidKey(
      chain.map((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
    );
    expect(parsed.ok && parsed.value.records).toHaveLength(1);
    expect(parsed.ok && parsed.value.leaf.spki).toEqual(spki);
  });

  it('attests nothing where no challenge is given', async () => {
    const { answer } = await certify({ challenge: null });
    expect(answer['answered']).toEqual({ level: 'tee', chain: null });
  });

  it('is told what the vendor says, without the codes that its platform adds itself', async () => {
    const { answer } = await certify({ level: 'strongbox' });
    expect(answer['refused']).toEqual({
      exception: 'StrongBoxUnavailableException',
      message: 'Failed to generated key pair.',
      ...{ publicCode: 12, rawCode: -68, transient: false },
    });
  });

  it('may use a key with its own digests, while the phone is fit for it', async () => {
    const key = { level: 'tee', digests: ['sha256'] };
    expect(await ask('keys/admit', { ...key, digest: 'sha256' })).toHaveProperty('answered', {});
    const refused = await ask('keys/admit', { ...key, digest: 'none' });
    expect(refused['refused']).toMatchObject({ exception: 'InvalidKeyException', rawCode: -13 });
    lab.phone.faults.switchOn('hardware-busy', { times: 1 });
    const busy = await ask('keys/admit', { ...key, digest: 'sha256' });
    expect(busy['refused']).toMatchObject({ rawCode: -48, transient: true });
  });

  it('is told the way into the network, each time anew', async () => {
    expect(await ask('network/route', {})).toHaveProperty('answered', { proxy: null, down: false });
    lab.phone.settings.set('http_proxy', '127.0.0.1:8080');
    lab.phone.faults.switchOn('no-network', { times: 1 });
    const route = await ask('network/route', {});
    expect(route['answered']).toEqual({ proxy: '127.0.0.1:8080', down: true });
  });

  it('learns how much modelled time has passed', async () => {
    const before = Number((await ask('network/route', {}))['aheadMs']);
    const { aheadMs } = await ask('pause', { ms: 1000 });
    expect(Number(aheadMs) - before).toBeGreaterThan(900);
  });

  it('gets integrity tokens, and the errors of their interface', async () => {
    const { answered } = await ask('play/request', { kind: 'standard', requestHash: 'abc' });
    expect(answered).toHaveProperty('token');
    const { refused } = await ask('play/request', { kind: 'classic', nonce: 'short' });
    expect(refused).toMatchObject({ exception: 'IntegrityServiceException', publicCode: -10 });
  });

  it('has a stranger forge what is attested, and nothing else', async () => {
    const { answer } = await certify();
    const { chain } = answer['answered'] as { chain: string[] };
    const forged = (await ask('attacker/forge', { chain }))['answered'] as { chain: string[] };
    expect(forged.chain).toHaveLength(chain.length);
    expect(forged.chain[0]).not.toBe(chain[0]);
    expect(forged.chain.slice(1)).toEqual(chain.slice(1));
    const authority = chain.slice(1);
    expect((await ask('attacker/forge', { chain: authority }))['answered']).toEqual({
      chain: authority,
    });
  });

  it('is refused what nobody can ask, and everything once its app has ended', async () => {
    expect(await ask('keys/export', {})).toHaveProperty('refused');
    expect(await ask('keys/admit', { level: 'tee' })).toHaveProperty('refused');
    lab.phone.terminate(APP);
    expect(await ask('network/route', {})).toHaveProperty('refused.message', 'the app has ended');
  });
});
