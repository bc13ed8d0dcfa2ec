/** A program that README shows. */
export interface ReadmeProgram {
  readonly text: string
  /** Whether it is for Node; else for a browser. */
  readonly node: boolean
}

/** The blocks of TypeScript in a Markdown text, each a program of its own. */
export function readmeCode(markdown: string): ReadmeProgram[] {
  const blocks = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text as string)
  const programs = blocks.map((text) => ({ text, node: !text.includes("'policypatch/browser'") }))
  if (programs.some(({ node }) => node) && programs.some(({ node }) => !node)) return programs
  throw new Error('README has no TypeScript for Node, or none for a browser')
}
