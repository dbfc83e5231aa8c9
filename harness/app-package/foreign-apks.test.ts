import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../product.js';
import { readRelease, releaseProblems } from './index.js';

const modules = join(productRoot, 'node_modules');
const SETTINGS = join(modules, 'io.appium.settings/apks/settings_apk-debug.apk');
const SERVER = join(modules, 'appium-uiautomator2-server/apks');
const TEST_SERVER = join(SERVER, 'appium-uiautomator2-server-debug-androidTest.apk');

/** SHA-256 of the test key of AOSP (build/target/product/security/testkey.x509.pem). */
const AOSP_TEST_KEY = 'a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc';

// Built by Google's tools, signed by Google's apksig: nothing of ours had a part in them.
describe('an APK that others built', () => {
  it('is read, and its v2 signature holds', async () => {
    const release = await readRelease(SETTINGS);
    expect(release).toMatchObject({
      platform: 'android',
      manifest: { packageName: 'io.appium.settings', versionName: '8.0.10', debuggable: true },
      signing: { signers: [{ scheme: 'v2', subject: 'C=US,O=Android,CN=Android Debug' }] },
    });
    expect(releaseProblems(release)).toEqual([]);
  });

  it('names the well-known key that signed it by v2 and v3', async () => {
    const release = await readRelease(TEST_SERVER);
    expect(release).toMatchObject({
      signing: {
        signers: [
          { scheme: 'v2', certificateDigest: AOSP_TEST_KEY, demandsSchemes: ['v3'] },
          { scheme: 'v3', certificateDigest: AOSP_TEST_KEY, sdkRange: { min: 24 } },
        ],
        jarSignatures: ['META-INF/TESTKEY.SF'],
      },
    });
    expect(releaseProblems(release)).toEqual([]);
  });

  it('lies here as its maker published it', () => {
    // Else a failure above would say something of the package, and not of the reader.
    expect(createHash('sha256').update(readFileSync(TEST_SERVER)).digest('hex')).toBe(
      'e6f729287d72351388fd66597c35b69988b9091a7011954bf92a55d416cb1e1c',
    );
  });
});
