/**
 * What the product uses of the package `appium`, whose own declarations pull a TypeScript source
 * into the compilation that our compiler options refuse. `paths` of `tsconfig.json` leads here.
 */
export interface AppiumArguments {
  readonly port: number;
  readonly address: string;
  readonly loglevel: string;
  readonly logFile: string;
  readonly logTimestamp: boolean;
  readonly logNoColors: boolean;
  readonly logFilters: readonly {
    readonly pattern: string;
    readonly flags: string;
    readonly replacer: string;
  }[];
  readonly appiumHome?: string;
  readonly throwInsteadOfExit: boolean;
}

/** Starts a server and resolves once it listens. */
export function main(args: AppiumArguments): Promise<unknown>;
