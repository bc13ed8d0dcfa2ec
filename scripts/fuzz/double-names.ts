/** The start of a string, structural characters, and everything between them. */
const beginnings = /["{}[\],:]|[^\s"{}[\],:]+/g

/** The tokens of a JSON text. A loop finds the end of a string, because a regular expression would overflow on long ones. */
function* tokensOf(text: string): Generator<string> {
  const pattern = new RegExp(beginnings)
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (match[0] !== '"') {
      yield match[0]
      continue
    }
    let end = match.index + 1
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
    pattern.lastIndex = end + 1
    yield text.slice(match.index, end + 1)
  }
}

/**
 * A name that occurs twice in an object of a JSON text; undefined if there is none. Works on tokens: a string before a colon is a
 * name.
 */
export function doubleName(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = []
  let last = ''
  for (const token of tokensOf(text)) {
    if (token === '{') objects.push(new Set())
    else if (token === '[') objects.push(undefined)
    else if (token === '}' || token === ']') objects.pop()
    else if (token === ':') {
      const name: unknown = JSON.parse(last)
      const names = objects.at(-1)
      if (names?.has(String(name))) return `the name ${last.slice(0, 60)} twice`
      names?.add(String(name))
    }
    last = token
  }
  return undefined
}

/** The same for bytes, either for each line or for the whole file. */
export function doubleNameIn(bytes: Uint8Array | undefined, perLine = false): string | undefined {
  const text = new TextDecoder().decode(bytes)
  if (!perLine) return doubleName(text)
  for (const line of text.split('\n')) {
    const found = doubleName(line)
    if (found !== undefined) return found
  }
  return undefined
}

/** The first name that occurred before. */
export function firstTwice(names: readonly string[]): string | undefined {
  const before = new Set<string>()
  return names.find((name) => before.has(name) || !before.add(name))
}
