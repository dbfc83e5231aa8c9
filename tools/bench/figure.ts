/** Takes text of a figure, with its line ends. */
export type Print = (text: string) => void;

/** One thing that the benchmark measures. */
export interface Figure {
  /** What `npm run bench -- NAME` calls it. */
  readonly name: string;
  /** Throws where what was to be measured did not do its work: a figure for that would flatter. */
  measure(print: Print): Promise<void>;
}
