/**
 * Node's options for workers without the TypeScript loader. The test runner has every worker load
 * one, whatever its specs are written in, and that takes longer than all else that a worker loads.
 */
export function withoutTypeScriptLoader(nodeOptions: string): string {
  return nodeOptions.replace(/(?:^|\s)--(?:import|loader)[ =]\S*\/tsx\/\S*/g, '').trim();
}
