/** A program shown in README. */
export interface ReadmeProgram {
  readonly text: string
  /** Whether it runs in Node; otherwise it runs in a browser. */
  readonly node: boolean
}

/** The TypeScript blocks of a Markdown text, each a separate program. */
export function readmeCode(markdown: string): ReadmeProgram[] {
  const blocks = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text as string)
  const programs = blocks.map((text) => ({ text, node: !text.includes("'policypatch/browser'") }))
  if (programs.some(({ node }) => node) && programs.some(({ node }) => !node)) return programs
  throw new Error('README has no TypeScript for Node, or none for a browser')
}
