import { fromBase64, toBase64 } from '../encoding/bytes.js';
import type { PhoneAction, PhoneAnswer, PhoneRequest } from './phone-host-protocol.js';
import { appListing, packageShell } from './package-listing.js';
import type { VirtualPhone } from './phone.js';

type Act<Action extends PhoneAction> = (
  phone: VirtualPhone,
  request: PhoneRequest<Action>,
) => PhoneAnswer<Action>;

/** How the model does what faces ask: one line each, since faces hold no behaviour. */
export const ACTS: { readonly [Action in PhoneAction]: Act<Action> } = {
  describe: ({ spec: { udid, platform, model, osVersion } }) => ({
    udid,
    platform,
    model,
    osVersion,
  }),
  install: (phone, { file }) => ({ app: phone.install(bytes(file)) }),
  remove: (phone, { app }) => ({ removed: phone.remove(app) }),
  launch: (phone, { app }) => ({ launched: phone.launch(app) }),
  terminate: (phone, { app }) => ({ ended: phone.terminate(app) }),
  state: (phone, { app }) => ({ state: phone.appState(app) }),
  'open-link': (phone, { link, app }) => ({ opened: phone.openLink(link, app) }),
  screen: (phone) => ({ elements: phone.screen() }),
  tap: (phone, { accessibilityId }) => ({ tapped: phone.tap(accessibilityId) }),
  'push-file': (phone, { path, file }) => {
    phone.files.set(path, bytes(file));
    return {};
  },
  'pull-file': (phone, { path }) => {
    const file = phone.files.get(path);
    return { file: file === undefined ? null : toBase64(file) };
  },
  shell: ({ spec, apps }, { command, args }) => ({
    output: spec.platform === 'android' ? packageShell(apps, command, args) : null,
  }),
  'list-apps': ({ apps }) => ({ apps: { ...appListing(apps) } }),
  'set-clock': (phone, { offsetMs }) => {
    phone.clock.setOffset(offsetMs);
    return {};
  },
  log: (phone) => ({
    lines: phone.log.take().map(({ at, text }) => ({ atMs: at.getTime(), text })),
  }),
  clock: (phone) => ({ now: phone.clock.now().toISOString() }),
};

function bytes(text: string): Uint8Array {
  const decoded = fromBase64(text);
  // The schema has let it pass; what is left are spare bits, which no encoder of ours writes.
  if (decoded === null) throw new RangeError('a file that is no canonical base64');
  return decoded;
}
