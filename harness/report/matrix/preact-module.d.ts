// What is used of preact. Its own types bring the browser's into every file of the project, where
// they make `Crypto` and `BufferSource` something else than Node's.

/** An element, built and not yet rendered. */
export interface VNode<Properties = object> {
  readonly type: string;
  readonly props: Properties;
}

/** What an element may hold; a text is escaped when it is rendered. */
export type ComponentChild =
  VNode | string | number | boolean | null | undefined | readonly ComponentChild[];

/** Attributes of an element, by the names that HTML gives them. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | { readonly __html: string }>
>;

/** Builds an element. */
export function h(
  tag: string,
  attributes: Attributes | null,
  ...children: readonly ComponentChild[]
): VNode;
