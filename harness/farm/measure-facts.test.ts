import { describe, expect, it } from 'vitest';
import { measureFacts, type ProbeFacts } from './measure-facts.js';

const android: ProbeFacts = {
  platform: 'android',
  virtual: false,
  model: 'Pixel',
  osVersion: '16',
  apiLevel: 36,
  securityPatch: '2026-11-05',
  features: ['android.hardware.hardware_keystore'],
  featureVersions: { 'android.hardware.hardware_keystore': 300 },
  bootProperties: { 'ro.boot.verifiedbootstate': 'green', 'ro.boot.flash.locked': '1' },
  rootHints: [],
  passcodeSet: true,
  appAttestSupported: false,
  deviceTimeMs: 0,
  probe: { package: 'a.b', version: '1', build: '1', signerDigests: [], teamId: null },
};

const iphone: ProbeFacts = {
  ...android,
  platform: 'ios',
  apiLevel: null,
  features: [],
  featureVersions: {},
  bootProperties: {},
  appAttestSupported: true,
};

describe('measureFacts', () => {
  it('reads the security levels of an Android phone from its features', () => {
    expect(measureFacts(android)).toEqual({
      platform: 'android',
      strongbox: false,
      tee: true,
      bootState: 'verified',
      bootloaderLocked: true,
      rooted: false,
    });
    const features = ['android.hardware.strongbox_keystore'];
    expect(measureFacts({ ...android, features })).toMatchObject({ strongbox: true, tee: false });
  });

  it.each([
    ['orange', 'unverified'],
    ['yellow', 'self-signed'],
    ['red', 'failed'],
  ])('reads boot state %s as %s', (colour, bootState) => {
    const bootProperties = { 'ro.boot.verifiedbootstate': colour, 'ro.boot.flash.locked': '0' };
    const facts = measureFacts({ ...android, bootProperties });
    expect(facts).toMatchObject({ bootState, bootloaderLocked: false });
  });

  it('leaves absent what the phone cannot tell', () => {
    const old = measureFacts({ ...android, apiLevel: 30, features: [], bootProperties: {} });
    expect(old).toEqual({ platform: 'android', strongbox: false, rooted: false });
  });

  it('knows the TEE of an old phone by what it attests', () => {
    const old = { ...android, apiLevel: 30, features: [] };
    const attested = { level: 'TRUSTED_ENVIRONMENT', bootState: 'VERIFIED' } as const;
    expect(measureFacts(old, attested)).toMatchObject({ tee: true, attestedBootState: 'verified' });
    expect(measureFacts(old, { ...attested, level: 'SOFTWARE' })).toMatchObject({ tee: false });
  });

  it('keeps what is attested apart from what the system says, as they may differ', () => {
    const bootProperties = { 'ro.boot.verifiedbootstate': 'orange' };
    const spoofing = { level: 'TRUSTED_ENVIRONMENT', bootState: 'VERIFIED' } as const;
    expect(measureFacts({ ...android, bootProperties }, spoofing)).toMatchObject({
      bootState: 'unverified',
      attestedBootState: 'verified',
    });
    const emulator = { level: 'SOFTWARE', bootState: null } as const;
    expect(measureFacts(android, emulator)).toMatchObject({ attestedBootState: 'none' });
  });

  it('reads an iPhone', () => {
    expect(measureFacts({ ...iphone, rootHints: ['/Applications/Sileo.app'] })).toEqual({
      platform: 'ios',
      secureEnclave: true,
      appAttest: true,
      rooted: true,
    });
  });

  it('tells a phone without App Attest from one without Secure Enclave', () => {
    const without = { ...iphone, appAttestSupported: false };
    expect(measureFacts(without)).toMatchObject({ secureEnclave: false, appAttest: false });
    expect(measureFacts({ ...without, features: ['secure-enclave'] })).toMatchObject({
      secureEnclave: true,
      appAttest: false,
    });
  });
});
