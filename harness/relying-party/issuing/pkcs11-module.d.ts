/**
 * What the product uses of the package `node-webcrypto-p11`, which is installed only where a key is
 * on a token, and so not where this is compiled. `paths` of `tsconfig.json` leads here.
 */

/** A key of a token; `p11Object` has the attributes that the token states. */
export interface Pkcs11Key {
  readonly type: 'private' | 'public' | 'secret';
  readonly algorithm: {
    readonly name: string;
    readonly label: string;
    readonly namedCurve?: string;
  };
  readonly p11Object: { readonly extractable?: boolean; readonly sensitive?: boolean };
}

/** WebCrypto in a session of a token. It works synchronously but for signing. */
export declare class Crypto {
  constructor(options: { readonly session: object });
  readonly keyStorage: {
    keys(): Promise<readonly string[]>;
    getItem(id: string): Promise<Pkcs11Key>;
  };
  readonly subtle: {
    generateKey(
      algorithm: {
        readonly name: 'ECDSA';
        readonly namedCurve: 'P-256';
        readonly token: true;
        readonly sensitive: true;
        readonly label: string;
      },
      extractable: false,
      usages: readonly ['sign', 'verify'],
    ): Promise<unknown>;
    exportKey(format: 'spki', key: Pkcs11Key): Promise<ArrayBuffer>;
    sign(
      algorithm: { readonly name: 'ECDSA'; readonly hash: 'SHA-256' },
      key: Pkcs11Key,
      data: Uint8Array,
    ): Promise<ArrayBuffer>;
  };
}
