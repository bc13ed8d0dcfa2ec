/** Programs that a line which readers type begins with. */
const programs = /^(npm|npx|node|git|policypatch) /

/** What stands for something of the reader's own, or for a choice: such a line shows how a command is used. */
const placeholder = /[…[\]|]|(^|[\s=@])[A-Z][A-Z_]*(\.[a-z]+)?(?=[\s\]]|$)/

export interface ReadmeLine {
  readonly text: string
  /** Whether it can be typed as it stands: it is no mention in a sentence, and leaves nothing to fill in. */
  readonly runs: boolean
}

/**
 * The command lines in a Markdown text, each once: of blocks, indented or fenced, and those mentioned in sentences. Lines that
 * are joined by `&&` are lines of their own; what follows a wide gap is a remark.
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
