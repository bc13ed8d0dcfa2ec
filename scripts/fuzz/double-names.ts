/** Where a string begins, marks of structure, and all else between. */
const beginnings = /["{}[\],:]|[^\s"{}[\],:]+/g

/** The tokens of a JSON text. A string's end is looked for in a loop: an expression for it has no room for long ones. */
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
 * A name that an object of a JSON text has twice, undefined where none has. It goes by tokens: a string before a colon is a
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

/** The same, of each line or of the whole of a file, in bytes. */
export function doubleNameIn(bytes: Uint8Array | undefined, perLine = false): string | undefined {
  const text = new TextDecoder().decode(bytes)
  if (!perLine) return doubleName(text)
  for (const line of text.split('\n')) {
    const found = doubleName(line)
    if (found !== undefined) return found
  }
  return undefined
}

/** The first of names that was there before. */
export function firstTwice(names: readonly string[]): string | undefined {
  const before = new Set<string>()
  return names.find((name) => before.has(name) || !before.add(name))
}
