/** Where a command writes: results to `out`, everything for people on the side to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

/** The process's own streams. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** Width of everything that is laid out for people; also where a terminal is wider. */
export const COLUMNS = 80;

/** Wraps at words to `COLUMNS`, each line after `indent`; a word longer than a line is cut. */
export function wrapped(
  text: string,
  indent: { readonly first: string; readonly next: string },
): string {
  const lines: string[] = [];
  let line = indent.first;
  let isEmpty = true;
  const flush = (): void => {
    lines.push(line.trimEnd());
    line = indent.next;
    isEmpty = true;
  };
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    let rest = word;
    if (!isEmpty && line.length + 1 + rest.length > COLUMNS) flush();
    while (rest.length > COLUMNS - line.length - (isEmpty ? 0 : 1)) {
      const room = COLUMNS - line.length;
      line += rest.slice(0, room);
      rest = rest.slice(room);
      flush();
    }
    if (rest === '') continue;
    line += isEmpty ? rest : ` ${rest}`;
    isEmpty = false;
  }
  if (!isEmpty || lines.length === 0) flush();
  return lines.join('\n') + '\n';
}
