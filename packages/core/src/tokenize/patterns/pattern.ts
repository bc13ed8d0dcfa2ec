/** A pattern that is searched for in time linear in the text. */
export interface Pattern {
  /**
   * All matches in a text, from left to right, not overlapping: start, end, start, end, … in UTF-16 units. An empty match counts
   * unless the previous match ends there, as in the `tokenizers` library.
   */
  find(text: string): number[]
}

/** A literal text. */
export function literalPattern(literal: string): Pattern {
  return { find: literal === '' ? everyBoundary : (text) => findLiteral(text, literal) }
}

function findLiteral(text: string, literal: string): number[] {
  const found: number[] = []
  for (let start = text.indexOf(literal); start >= 0; start = text.indexOf(literal, start + literal.length))
    found.push(start, start + literal.length)
  return found
}

function everyBoundary(text: string): number[] {
  const found = [0, 0]
  let at = 0
  for (const character of text) {
    at += character.length
    found.push(at, at)
  }
  return found
}

/** A global JavaScript expression, which must match in linear time and never match the empty text. */
export function expressionPattern(expression: RegExp): Pattern {
  return {
    find(text) {
      const found: number[] = []
      expression.lastIndex = 0
      for (let match = expression.exec(text); match; match = expression.exec(text))
        found.push(match.index, expression.lastIndex)
      return found
    },
  }
}
