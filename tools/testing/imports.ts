import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One import of a module by a file. */
export interface ModuleImport {
  /** Path of the importing file, relative to the repository. */
  readonly file: string;
  /** The specifier as written. */
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  /** Whether the module is loaded only when the code gets there. */
  readonly isDynamic: boolean;
}

/** Paths of the TypeScript files under a folder, relative to `root`, sorted. */
export function typeScriptFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((file) => !file.includes('node_modules/'))
    .sort();
}

/** Every import of a file: static, re-exporting, dynamic, and `import('...')` in a type. */
export function importsOf(root: string, file: string): readonly ModuleImport[] {
  const text = readFileSync(join(root, file), 'utf8');
  return importsIn(text, file);
}

/** The imports of a source text. */
export function importsIn(text: string, file: string): readonly ModuleImport[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: ModuleImport[] = [];
  const add = (
    specifier: ts.Expression | undefined,
    isTypeOnly: boolean,
    isDynamic = false,
  ): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ file, specifier: specifier.text, isTypeOnly, isDynamic });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, isTypeImport(node.importClause));
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly || everySpecifierIsType(node.exportClause));
    } else if (ts.isCallExpression(node) && isDynamicImport(node)) {
      add(node.arguments[0], false, true);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      const { literal } = node.argument;
      if (ts.isStringLiteral(literal)) add(literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isDynamicImport(node: ts.CallExpression): boolean {
  return node.expression.kind === ts.SyntaxKind.ImportKeyword;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return clause.name === undefined && everySpecifierIsType(clause.namedBindings);
}

function everySpecifierIsType(clause: ts.Node | undefined): boolean {
  if (clause === undefined || !(ts.isNamedImports(clause) || ts.isNamedExports(clause))) {
    return false;
  }
  return clause.elements.length > 0 && clause.elements.every((element) => element.isTypeOnly);
}
