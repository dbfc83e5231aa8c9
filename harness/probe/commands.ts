import { z } from 'zod';
import { LIMITS } from './limits.js';
import {
  alias,
  bytesText,
  durationMs,
  fixedBytesText,
  headerPairs,
  keyAlgorithm,
  keyAttempt,
  keyDigest,
  keyLevel,
  keyPurpose,
  sha256Hex,
  timestampMs,
  u64Text,
} from './values.js';

const nothing = z.strictObject({});
const platform = z.enum(['android', 'ios']);
const version = z.int().min(1).max(255);
const token = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);

const facts = z.object({
  platform,
  /** Whether the phone is a model; a real one says false. */
  virtual: z.boolean(),
  model: z.string(),
  osVersion: z.string(),
  apiLevel: z.int().nullable(),
  /** `YYYY-MM-DD`, Android's security patch level. */
  securityPatch: z.string().nullable(),
  /** Names of system features that say something of keys, such as `android.hardware.strongbox_keystore`. */
  features: z.array(z.string()).readonly(),
  /** Android: versions of those features that have one, such as 300 of the keystore with KeyMint 3. */
  featureVersions: z.record(z.string(), z.int()).readonly(),
  /** What system properties claim of the boot state; a claim, never evidence. */
  bootProperties: z.record(z.string(), z.string()).readonly(),
  /** Signs of a rooted or jailbroken system; none found proves nothing. */
  rootHints: z.array(z.string()).readonly(),
  /** Whether a screen lock is set, where the platform tells. */
  passcodeSet: z.boolean().nullable(),
  appAttestSupported: z.boolean(),
  deviceTimeMs: timestampMs,
  probe: z.object({
    /** Package name, or bundle id. */
    package: z.string(),
    version: z.string(),
    build: z.string(),
    /** SHA-256 of each signing certificate; empty on iOS. */
    signerDigests: z.array(sha256Hex).readonly(),
    /** Apple's team id; null on Android. */
    teamId: z.string().nullable(),
  }),
});

const sent = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('answered'),
    status: z.int().min(100).max(599),
    headers: headerPairs,
    body: bytesText,
    ms: durationMs,
  }),
  z.object({
    outcome: z.literal('failed'),
    /**
     * How far it came: name not resolved, not connected, TLS not agreed, pin not matched, or broken
     * after the first byte of the request. Before `application` no byte of the request was written.
     */
    phase: z.enum(['resolve', 'connect', 'handshake', 'pin', 'application']),
    error: z.string(),
    ms: durationMs,
  }),
]);

/** Every command: what it does, its arguments and its result. The one source of the protocol. */
export const COMMANDS = {
  hello: {
    does: 'agrees on a version; the first one after installation claims the probe for its secret',
    args: z.strictObject({ minVersion: version, maxVersion: version }),
    result: z.object({
      version,
      probe: z.object({ name: z.string(), build: z.string() }),
      platform,
    }),
  },
  facts: { does: 'says what the phone and the probe are', args: nothing, result: facts },
  'key.generate': {
    does: 'makes a key on the first rung of the ladder that yields one, replacing one of that alias',
    args: z.strictObject({
      alias,
      purpose: keyPurpose,
      algorithm: keyAlgorithm,
      ladder: z.array(keyLevel).min(1).max(4).readonly(),
      digests: z.array(keyDigest).min(1).max(2).readonly(),
      /** Android: asks for an attestation over these bytes. */
      challenge: bytesText.max(Math.ceil((LIMITS.challengeBytes * 4) / 3)).exactOptional(),
    }),
    result: z.object({
      /** Where the key lives, read back from the platform; not the rung that was asked for. */
      level: keyLevel,
      attempts: z.array(keyAttempt).min(1).readonly(),
      /** SubjectPublicKeyInfo, DER. */
      spki: bytesText,
      /** DER, leaf first. */
      attestationChain: z.array(bytesText).min(1).readonly().exactOptional(),
    }),
  },
  'key.csr': {
    does: 'signs a PKCS#10 request that carries the nonce in challengePassword',
    args: z.strictObject({
      alias,
      commonName: z.string().min(1).max(64),
      nonce: fixedBytesText(LIMITS.nonceBytes),
    }),
    result: z.object({ csr: bytesText }),
  },
  'key.sign': {
    does: 'signs with SHA-256; ECDSA in DER, RSA in PKCS#1 v1.5',
    args: z.strictObject({ alias, data: bytesText }),
    result: z.object({ signature: bytesText }),
  },
  'key.export': {
    does: 'tries to read the private key, which only a software key allows',
    args: z.strictObject({ alias }),
    result: z.object({ privateKey: bytesText }),
  },
  'key.delete': {
    does: 'deletes a key with its certificate',
    args: z.strictObject({ alias }),
    result: z.object({ deleted: z.boolean() }),
  },
  'certificate.install': {
    does: 'keeps a client certificate chain, leaf first, for the key that it certifies',
    args: z.strictObject({ alias, chain: z.array(bytesText.min(1)).min(1).max(8).readonly() }),
    result: nothing,
  },
  'appattest.generate': {
    does: 'makes an App Attest key',
    args: nothing,
    result: z.object({ keyId: fixedBytesText(32) }),
  },
  'appattest.attest': {
    does: 'has an App Attest key attested; once per key',
    args: z.strictObject({ keyId: fixedBytesText(32), clientDataHash: bytesText.min(1) }),
    result: z.object({ attestationObject: bytesText }),
  },
  'appattest.assert': {
    does: 'signs with an attested App Attest key',
    args: z.strictObject({ keyId: fixedBytesText(32), clientDataHash: bytesText.min(1) }),
    result: z.object({ assertion: bytesText }),
  },
  'playintegrity.request': {
    does: 'has Play Integrity make a token; Android only',
    // What the interface itself refuses, such as a nonce that is too short, it must be able to refuse.
    args: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('classic'), nonce: z.string().max(1024) }),
      z.strictObject({ kind: z.literal('standard'), requestHash: z.string().max(1024) }),
    ]),
    result: z.object({ token: z.string().min(1) }),
  },
  'request.sign': {
    does: 'makes the headers that sign a request with profile S, or R',
    args: z.strictObject({
      alias,
      method: token,
      authority: z.string().min(1),
      target: z.string().min(1),
      /** Empty where the request has none. */
      contentType: z.string(),
      body: bytesText,
      epoch: u64Text,
      counter: u64Text,
      /** By default the phone's own clock. */
      timestampMs: timestampMs.exactOptional(),
      /** By default `s`, which every probe of version 1 speaks. */
      profile: z.enum(['s', 'r']).exactOptional(),
    }),
    result: z.object({ headers: headerPairs }),
  },
  'request.send': {
    does: 'sends one HTTPS request on a connection of its own',
    args: z.strictObject({
      url: z.string().regex(/^https:\/\/[^\s]+$/),
      method: token,
      headers: headerPairs,
      body: bytesText,
      /** Key whose installed certificate authenticates the client. */
      clientAlias: alias.exactOptional(),
      /** DER of the only anchors that the server's chain may end in. */
      anchors: z.array(bytesText.min(1)).min(1).max(8).readonly(),
      /** `sha256/` and base64 of SHA-256 of an SPKI of the chain; one match is enough. */
      pins: z
        .array(z.string().regex(/^sha256\/[A-Za-z0-9+/]{43}=$/))
        .min(1)
        .max(8)
        .readonly()
        .exactOptional(),
    }),
    result: sent,
  },
  reset: {
    does: 'deletes every key and certificate of the probe; the owner stays',
    args: nothing,
    result: z.object({ deletedAliases: z.array(alias).readonly() }),
  },
} as const;

/** A command of the protocol. */
export type CommandName = keyof typeof COMMANDS;

/** Arguments of a command. */
export type CommandArgs<Name extends CommandName> = Readonly<
  z.infer<(typeof COMMANDS)[Name]['args']>
>;

/** Result of a command. */
export type CommandResult<Name extends CommandName> = Readonly<
  z.infer<(typeof COMMANDS)[Name]['result']>
>;

/** Every command's name. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

/** Whether a text names a command. */
export function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(COMMANDS, text);
}

/** The schema of a command's arguments. */
export function argsSchema<Name extends CommandName>(name: Name): z.ZodType<CommandArgs<Name>> {
  // The table pairs each name with its own schemas; indexing it by a type variable loses that.
  return COMMANDS[name].args as unknown as z.ZodType<CommandArgs<Name>>;
}

/** The schema of a command's result. */
export function resultSchema<Name extends CommandName>(name: Name): z.ZodType<CommandResult<Name>> {
  return COMMANDS[name].result as unknown as z.ZodType<CommandResult<Name>>;
}
