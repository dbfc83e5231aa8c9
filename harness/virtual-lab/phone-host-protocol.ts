import { z } from 'zod';

const nothing = z.strictObject({});
const app = z.string().min(1).max(255);
const accessibilityId = z.string().min(1).max(255);
const path = z.string().min(1).max(4096);
/** Files travel as padded base64, as Appium has them. */
const file = z.base64();

const element = z.strictObject({
  accessibilityId: z.string(),
  text: z.string(),
  kind: z.enum(['text', 'button']),
});

/** What a face can ask of a phone: each is a POST to `/phones/<udid>/<action>`. */
export const PHONE_ACTIONS = {
  describe: {
    request: nothing,
    answer: z.strictObject({
      udid: z.string(),
      platform: z.enum(['android', 'ios']),
      model: z.string(),
      osVersion: z.string(),
    }),
  },
  install: { request: z.strictObject({ file }), answer: z.strictObject({ app }) },
  remove: { request: z.strictObject({ app }), answer: z.strictObject({ removed: z.boolean() }) },
  launch: { request: z.strictObject({ app }), answer: z.strictObject({ launched: z.boolean() }) },
  terminate: { request: z.strictObject({ app }), answer: z.strictObject({ ended: z.boolean() }) },
  state: {
    request: z.strictObject({ app }),
    answer: z.strictObject({
      state: z.enum(['not-installed', 'not-running', 'background', 'foreground']),
    }),
  },
  'open-link': {
    request: z.strictObject({ link: z.string().min(1).max(8192), app: app.nullable() }),
    answer: z.strictObject({ opened: z.boolean() }),
  },
  screen: { request: nothing, answer: z.strictObject({ elements: z.array(element).readonly() }) },
  tap: {
    request: z.strictObject({ accessibilityId }),
    answer: z.strictObject({ tapped: z.boolean() }),
  },
  'push-file': { request: z.strictObject({ path, file }), answer: nothing },
  'pull-file': {
    request: z.strictObject({ path }),
    answer: z.strictObject({ file: file.nullable() }),
  },
  /** Null where the phone knows no such command. */
  shell: {
    request: z.strictObject({ command: z.string().min(1), args: z.array(z.string()).readonly() }),
    answer: z.strictObject({ output: z.string().nullable() }),
  },
  'list-apps': {
    request: nothing,
    answer: z.strictObject({ apps: z.record(z.string(), z.json()) }),
  },
  'set-clock': { request: z.strictObject({ offsetMs: z.int() }), answer: nothing },
  /** The lines of its log since it was last asked. */
  log: {
    request: nothing,
    answer: z.strictObject({
      lines: z.array(z.strictObject({ atMs: z.int(), text: z.string() })).readonly(),
    }),
  },
  clock: { request: nothing, answer: z.strictObject({ now: z.iso.datetime() }) },
} as const;

/** Something that a face asks of a phone. */
export type PhoneAction = keyof typeof PHONE_ACTIONS;

/** What an action is asked with. */
export type PhoneRequest<Action extends PhoneAction> = Readonly<
  z.infer<(typeof PHONE_ACTIONS)[Action]['request']>
>;

/** What an action is answered with. */
export type PhoneAnswer<Action extends PhoneAction> = Readonly<
  z.infer<(typeof PHONE_ACTIONS)[Action]['answer']>
>;

/** What a phone host answers instead. */
export const phoneProblemSchema = z.strictObject({
  code: z.enum(['unauthorized', 'not-found', 'invalid', 'offline', 'install-refused']),
  message: z.string(),
});

/** What a phone host answers instead. */
export type PhoneProblem = Readonly<z.infer<typeof phoneProblemSchema>>;

/** The variable that hands the phone host's token to a face in another process. */
export const PHONE_HOST_TOKEN_ENV = 'ATTESTLAB_PHONE_HOST_TOKEN';

/** Largest request: an app package or a pushed file. */
export const MAX_PHONE_REQUEST_BYTES = 16_777_216;
