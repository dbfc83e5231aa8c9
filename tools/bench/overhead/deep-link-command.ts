/** A command that opens a deep link on a phone. */
export interface DeepLinkCommand {
  readonly script: string;
  readonly url: string;
  readonly rest: object;
}

/** What a command opens as a deep link, or null where it does something else. */
export function deepLinkOf(body: unknown): DeepLinkCommand | null {
  const { script, args } = Object(body) as { script?: unknown; args?: unknown };
  if (script !== 'mobile: deepLink' || !Array.isArray(args)) return null;
  const { url, ...rest } = Object(args[0]) as { url?: unknown };
  return typeof url === 'string' ? { script, url, rest } : null;
}

/** The same command with another link. */
export function withLink({ script, rest }: DeepLinkCommand, url: string) {
  return { script, args: [{ ...rest, url }] };
}
