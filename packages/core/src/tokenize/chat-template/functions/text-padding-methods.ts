import { failed } from '../template-error.ts'
import { codePointLength } from '../text/code-points.ts'
import { byPlace, needInteger } from '../values/builtin.ts'
import { escapeHtml, needText } from '../values/text-of.ts'
import { type Call, like, Markup, type Run, textOf, type Value } from '../values/values.ts'

type Method = (self: string | Markup) => Call

/** Methods of `str` that pad to a width. */
export const paddingMethods: Readonly<Record<string, Method>> = {
  center: padding('center', (length, width) => {
    const marg = width - length
    const left = Math.floor(marg / 2) + (marg & width & 1)
    return [left, marg - left]
  }),
  ljust: padding('ljust', (length, width) => [0, width - length]),
  rjust: padding('rjust', (length, width) => [width - length, 0]),
  zfill: (self) =>
    byPlace('zfill', 1, 1, (run, width) => {
      const text = textOf(self)
      const missing = Math.max(needInteger(width!) - codePointLength(text), 0)
      run.fuel.room(text.length + missing)
      const sign = /^[+-]/.exec(text)?.[0] ?? ''
      return like(run, self, sign + '0'.repeat(missing) + text.slice(sign.length))
    }),
}

function padding(name: string, sides: (length: number, width: number) => readonly [number, number]): Method {
  return (self) =>
    byPlace(name, 1, 2, (run, width, fill = ' ') => pad(run, name, self, needInteger(width!), fill, sides))
}

function pad(
  run: Run,
  name: string,
  self: string | Markup,
  width: number,
  fill: Value,
  sides: (length: number, width: number) => readonly [number, number],
): Value {
  const text = textOf(self)
  const character = self instanceof Markup ? escapeHtml(run, fill) : needText(fill, name)
  if (codePointLength(character) !== 1)
    throw failed('TypeError: The fill character must be exactly one character long')
  const length = codePointLength(text)
  if (width <= length) return like(run, self, text)
  run.fuel.room(text.length + (width - length) * character.length)
  const [left, right] = sides(length, width)
  return like(run, self, character.repeat(left) + text + character.repeat(right))
}
