import { describe, expect, it } from 'vitest'
import { stopTexts } from './stop-texts.ts'

/** What comes of pieces, up to the piece that stops. */
function run(stops: readonly string[], pieces: readonly string[]) {
  const found = stopTexts(stops)
  let text = ''
  for (const piece of pieces) {
    const { text: settled, stopped } = found.push(piece)
    text += settled
    if (stopped) return { text, stopped }
  }
  return { text: text + found.flush(), stopped: false }
}

describe('stop texts', () => {
  it.each([
    [['END'], ['one E', 'N', 'D two'], 'one ', true],
    [['END'], ['one E', 'N', 'C two'], 'one ENC two', false],
    [['END'], ['one EN'], 'one EN', false],
    [['\n\n', 'stop'], ['a\n', 'b sto', 'p\n\n'], 'a\nb ', true],
    [['aab'], ['aa', 'ab', 'c'], 'a', true],
    [['bc', 'abcd'], ['x a', 'b', 'c', 'd'], 'x a', true],
    [[], ['any', 'thing'], 'anything', false],
  ])('%j in %j leave %j', (stops, pieces, text, stopped) => {
    expect(run(stops, pieces)).toEqual({ text, stopped })
  })

  it('holds back no more than may be the start of one', () => {
    const found = stopTexts(['END'])
    expect(found.push('abc E')).toEqual({ text: 'abc ', stopped: false })
    expect(found.push('x')).toEqual({ text: 'Ex', stopped: false })
  })
})
