/** The words of a command line, with quotes as a shell has them. Throws for what a shell would do more with. */
export function splitLine(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return words.map((word) => {
    const bare = word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single)
    if (word === bare && /[$`|;&<>*]/.test(word)) throw new Error(`${word} in ${line} is for a shell`)
    return bare
  })
}
