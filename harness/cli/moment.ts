import { HarnessError } from '../errors.js';

/** A moment of ISO 8601 with its zone: a verdict must not depend on where the command runs. */
export function moment(text: string, option: { readonly name: string }): Date {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
  const time = new Date(text);
  if (!form.test(text) || Number.isNaN(time.getTime())) {
    throw new HarnessError(
      'ERR_USAGE',
      `${option.name}: "${text}" is no time like 2026-01-31T12:00:00Z`,
    );
  }
  return time;
}
