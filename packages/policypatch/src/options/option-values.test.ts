import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { integer, jsonObject, keyFromEnvironment, number } from './option-values.ts'

test('numbers keep to their range', () => {
  expect(number(0, 1)('0.25')).toBe(0.25)
  expect(integer(1)('1e3')).toBe(1000)
})

test.each(['', ' ', 'x', '-1', '1.5', 'NaN', 'Infinity'])('"%s" is no integer from 0 to 10', (text) => {
  expect(() => integer(0, 10)(text)).toThrow(InvalidArgumentError)
})

test('fields come as a JSON object', () => {
  expect(jsonObject('{"seed": null}')).toEqual({ seed: null })
  for (const text of ['', 'x', '[1]', '4', 'null', '{']) {
    expect(() => jsonObject(text)).toThrow(InvalidArgumentError)
  }
})

test('a key comes from the variable that was named', () => {
  const [name, value] = Object.entries(process.env).find(([, held]) => held) as [string, string]
  expect(keyFromEnvironment(name)).toBe(value)
  expect(() => keyFromEnvironment('POLICYPATCH_NO_SUCH_VARIABLE')).toThrow(InvalidArgumentError)
})
