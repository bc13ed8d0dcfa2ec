import { describe, expect, it } from 'vitest'
import { compileChatTemplate } from './compile-chat-template.ts'
import { strftime } from './strftime.ts'

describe('compileChatTemplate', () => {
  it('refuses a template that cannot be parsed', () => {
    expect(() => compileChatTemplate('{% for m in %}', {})).toThrow(
      expect.objectContaining({ code: 'MALFORMED', cause: expect.any(Error) }),
    )
  })

  it('tells what a template raised, with its cause', () => {
    const render = compileChatTemplate("{{ raise_exception('system comes first') }}", {})
    expect(() => render([{ role: 'user', content: 'x' }], true)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        found: 'roles user, and the template said: system comes first',
        cause: expect.any(Error),
      }),
    )
  })

  it('gives today in English whatever the language of the machine', () => {
    const year = String(new Date().getFullYear())
    expect(compileChatTemplate("{{ strftime_now('%Y') }}", {})([], false)).toBe(year)
  })
})

describe('strftime', () => {
  // Python: datetime(2024, 2, 9, 15, 4, 5).strftime(...)
  it("writes what Python's does", () => {
    const date = new Date(2024, 1, 9, 15, 4, 5)
    expect(strftime(date, '%d %b %Y, %A %B %a')).toBe('09 Feb 2024, Friday February Fri')
    expect(strftime(date, '%Y-%m-%d %H:%M:%S %I %p %y %-d %e %% %Q')).toBe(
      '2024-02-09 15:04:05 03 PM 24 9  9 % %Q',
    )
  })
})
