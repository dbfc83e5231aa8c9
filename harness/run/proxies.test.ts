import { afterEach, describe, expect, it } from 'vitest';
import { utf8 } from '../encoding/bytes.js';
import { knockAt } from './knock.js';
import { createProxies, type Proxies } from './proxies.js';

let proxies: Proxies | null = null;

afterEach(async () => {
  await proxies?.close();
  proxies = null;
});

describe('the proxies of a run', () => {
  it('that a story has left open end with it, and those of other phones do not', async () => {
    proxies = createProxies({ anchors: [] });
    const left = await proxies.start('a-phone', utf8('{}'));
    const other = await proxies.start('another', utf8('{}'));
    await proxies.abandon('a-phone');
    await expect(knockAt(`http://${left.address}`)).rejects.toMatchObject({
      code: 'ERR_RELYING_PARTY',
    });
    await knockAt(`http://${other.address}`);
    await expect(proxies.finish(left.id, utf8(''))).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});
