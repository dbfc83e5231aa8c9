import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { Language, Parser, type Node } from 'web-tree-sitter';

/** Something that is no Swift, and where. Lines and columns count from 1. */
export interface SyntaxError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

const GRAMMAR = '@repomix/tree-sitter-wasms/out/tree-sitter-swift.wasm';

/** Every Swift file below a folder, sorted, as paths relative to it. */
export function swiftFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.swift'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('.build'))
    .sort();
}

/**
 * What of Swift files is no Swift, by the grammar of tree-sitter: a compiler's first step and not a
 * second one, since no name or type is looked at.
 */
export async function syntaxErrors(
  folder: string,
  files: readonly string[],
): Promise<readonly SyntaxError[]> {
  await Parser.init();
  const parser = new Parser();
  try {
    parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve(GRAMMAR)));
    return files.flatMap((file) => {
      const tree = parser.parse(readFileSync(join(folder, file), 'utf8'));
      if (tree === null) throw new Error(`${file} was not parsed`);
      try {
        return brokenNodes(tree.rootNode).map((node) => ({
          file,
          line: node.startPosition.row + 1,
          column: node.startPosition.column + 1,
          text: node.text.split('\n')[0] ?? '',
        }));
      } finally {
        tree.delete();
      }
    });
  } finally {
    parser.delete();
  }
}

function brokenNodes(node: Node): readonly Node[] {
  if (node.isError || node.isMissing) return [node];
  if (!node.hasError) return [];
  return node.children.flatMap(brokenNodes);
}
