import type { AppContext, AppProgram, ScreenElement } from '../app-program.js';
import { HOOK_NAMES } from '../hooks.js';
import { answerJvm } from './jvm-answers.js';
import type { JvmLine, JvmListener } from './jvm-door.js';
import type { JvmMessage, JvmOrder, JvmRuntime } from './jvm-protocol.js';

/** The apps of one phone, which run in a JVM. */
export class JvmPhone {
  readonly #description: object;
  #line: JvmLine | null = null;
  #app: AppContext | null = null;
  /** Counts the starts of the app, so that what an ended one still shows is not taken for the next's. */
  #life = 0;
  #screen: readonly ScreenElement[] = [];
  #onReady: (runtime: JvmRuntime) => void = () => undefined;
  readonly ready = new Promise<JvmRuntime>((resolve) => {
    this.#onReady = resolve;
  });

  /** `description` is what the phone's system tells every app. */
  constructor(description: object) {
    this.#description = description;
  }

  /** For the door by which the JVM comes in. */
  readonly listener: JvmListener = {
    onConnected: (line) => {
      this.#line = line;
      line.say(this.#description);
    },
    onMessage: (message) => {
      this.#hear(message);
    },
  };

  /** Starts the app in its JVM. */
  start(context: AppContext): AppProgram {
    const life = ++this.#life;
    this.#app = context;
    this.#screen = [];
    this.#order({ order: 'start', life });
    return {
      openLink: (link) => {
        const clockOffsetMs = context.clock.now().getTime() - Date.now();
        const hooks = HOOK_NAMES.filter((hook) => context.hooks.has(hook));
        this.#order({ order: 'open', link, clockOffsetMs, hooks });
      },
      screen: () => this.#screen,
      tap: (accessibilityId) => {
        this.#order({ order: 'tap', accessibilityId });
      },
      end: () => {
        this.#app = null;
        this.#screen = [];
        this.#order({ order: 'end' });
      },
    };
  }

  /** The app was removed: its storage and its keys go. */
  removed(): void {
    this.#order({ order: 'remove' });
  }

  /** The JVM is gone: nothing is on the screen any more, and nothing will be. */
  lost(): void {
    this.#line = null;
    this.#screen = [];
  }

  #order(order: JvmOrder): void {
    this.#line?.say(order);
  }

  #hear(message: JvmMessage): void {
    if ('ready' in message) this.#onReady(message.ready);
    else if ('screen' in message && message.life === this.#life) {
      if (this.#app !== null) this.#screen = message.screen;
    } else if ('ask' in message) void this.#answer(message);
  }

  async #answer({ ask, what, args }: Extract<JvmMessage, { ask: number }>): Promise<void> {
    const context = this.#app;
    const answer =
      context === null
        ? { refused: { message: 'the app has ended' } }
        : await answerJvm(context, what, args);
    // Two decimals of a millisecond are more than anybody reads.
    const aheadMs = Math.round((context?.stopwatch.aheadMs ?? 0) * 100) / 100;
    this.#line?.say({ answer: ask, aheadMs, ...answer });
  }
}
