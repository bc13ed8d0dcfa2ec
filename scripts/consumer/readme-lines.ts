/** Programs at the start of lines that readers type. */
const programs = /^(npm|npx|node|git|policypatch) /

/** Marks a placeholder or a choice: such a line shows the usage of a command. */
const placeholder = /[…[\]|]|(^|[\s=@])[A-Z][A-Z_]*(\.[a-z]+)?(?=[\s\]]|$)/

export interface ReadmeLine {
  readonly text: string
  /** Whether it can be typed as it is: not mentioned in a sentence, and without placeholders. */
  readonly runs: boolean
}

/**
 * The distinct command lines in a Markdown text: from indented and fenced blocks, and mentioned in sentences. Commands joined by
 * `&&` count as separate lines; text after a wide gap is a comment.
 */
export function readmeLines(markdown: string): ReadmeLine[] {
  const blocks = [...markdown.matchAll(/^```(?:sh|bash|console)\n(.*?)^```$/gms)].flatMap(([, text]) =>
    (text as string).split('\n'),
  )
  const prose = markdown.replace(/^```.*?^```$/gms, '')
  const indented = [...prose.matchAll(/^ {4}(\S.*)$/gm)].map(([, text]) => text as string)
  const mentioned = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text as string)
  const lines = new Map<string, ReadmeLine>()
  const add = (some: readonly string[], typed: boolean) => {
    for (const text of some.flatMap(commandsOf)) {
      if (!lines.has(text)) lines.set(text, { text, runs: typed && !placeholder.test(unquoted(text)) })
    }
  }
  add([...blocks, ...indented], true)
  add(mentioned, false)
  return [...lines.values()]
}

function commandsOf(line: string): string[] {
  const [typed = ''] = line.replace(/^\$ /, '').split(/\s#|\s{6,}/)
  const commands = typed.split('&&').map((one) => one.trim().replace(/\s+/g, ' '))
  return commands.filter((one) => programs.test(`${one} `))
}

const unquoted = (text: string) => text.replace(/"[^"]*"|'[^']*'/g, '')
