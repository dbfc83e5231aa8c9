import { h, type ComponentChild } from 'preact';
import type { State } from '../state.js';

/** What the page draws: the states, and the mark of a virtual phone. */
export type IconName = State | 'virtual';

// Drawn, not typed: fonts show the same character as a letter here and as a coloured picture there.
const SHAPES: Readonly<Record<IconName, string>> = {
  met: 'M3 8.5l3.2 3.2L13 4.8',
  refused: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.9 12.1l8.2-8.2',
  'false-accept': 'M8 1.8l6.6 11.9H1.4zM8 6.2v3.6M8 11.6v.4',
  'false-reject': 'M3.6 3.6l8.8 8.8M12.4 3.6l-8.8 8.8',
  differs: 'M2.5 5.8h11M2.5 10.2h11M11 2.5l-6 11',
  inconclusive: 'M5.4 5.8a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 1.9M8 12.4v.4',
  'not-run': 'M8 2.2v.1M12.9 4.6v.1M14 8.9v.1M11.6 12.9v.1M8 14v.1M4.4 12.9v.1M2 8.9v.1M3.1 4.6v.1',
  waived: 'M8 1.8L14.2 8 8 14.2 1.8 8z',
  bypassed: 'M2 10.5h2.2c3.6 0 3.6-5 7.2-5H14M11.2 2.7L14 5.5l-2.8 2.8',
  'not-applicable': 'M4 8h8',
  virtual: 'M5 1.8h6v12.4H5zM7.2 12h1.6',
};

/** The shapes, once a page; `icon` refers to them. */
export function iconSprite(): ComponentChild {
  return h(
    'svg',
    { class: 'sprite', 'aria-hidden': 'true', width: 0, height: 0 },
    Object.entries(SHAPES).map(([name, path]) =>
      h('symbol', { id: `icon-${name}`, viewBox: '0 0 16 16' }, h('path', { d: path })),
    ),
  );
}

/** A shape that says nothing by itself: words always stand beside it. */
export function icon(name: IconName): ComponentChild {
  return h(
    'svg',
    { class: `icon icon-${name}`, 'aria-hidden': 'true', width: 16, height: 16 },
    h('use', { href: `#icon-${name}` }),
  );
}
