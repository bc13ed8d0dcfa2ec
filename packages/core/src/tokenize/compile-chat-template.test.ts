import { describe, expect, it } from 'vitest'
import { strftime } from './chat-template/text/strftime.ts'
import { compileChatTemplate } from './compile-chat-template.ts'

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
        found: 'roles user, which the template rejected: system comes first',
        cause: expect.any(Error),
      }),
    )
  })

  it('says that the template fails for the messages, and in which way, where it raised nothing', () => {
    const render = compileChatTemplate('{{ messages[0].name.upper() }}', {})
    expect(() => render([{ role: 'user', content: 'x' }], true)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        found: "roles user, which also fail in Jinja2: UndefinedError: 'dict object' has no attribute 'name'",
      }),
    )
  })

  it('names what it does not have', () => {
    for (const [template, found] of [
      ['{{ messages|pprint }}', 'the filter pprint'],
      ['{{ messages|nosuch }}', 'the filter nosuch, which Jinja2 has not either'],
      ['{% include "x" %}', 'the tag {% include %}'],
    ] as const)
      expect(() => compileChatTemplate(template, {})).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', found }),
      )
    const render = compileChatTemplate("{{ 'é'.encode() }}", {})
    expect(() => render([], false)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', found: 'the method encode of str' }),
    )
  })

  it('names the limit that a template goes beyond', () => {
    const render = compileChatTemplate("{{ 'a' * 10**9 }}", {})
    expect(() => render([], false)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        expected: expect.stringMatching(/^a chat template that needs at most \d+ bytes of memory$/),
      }),
    )
  })

  it('gives today in English whatever the language of the machine', () => {
    const year = String(new Date().getFullYear())
    expect(compileChatTemplate("{{ strftime_now('%Y') }}", {})([], false)).toBe(year)
  })
})

describe('a template without a system role', () => {
  const raises =
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" +
    '<{{ m.role }}>{{ m.content }}{% endfor %}'
  const drops =
    "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}"
  const system = { role: 'system', content: 'Be kind.' }
  const user = { role: 'user', content: 'Hello' }

  it.each([
    ['raises', raises],
    ['drops its text', drops],
  ])('that %s gets it before the turn of the user that follows, and says so once', (_, template) => {
    const notices: string[] = []
    const render = compileChatTemplate(template, {}, { onNotice: (line) => notices.push(line) })
    expect(render([user], false)).toBe('<user>Hello')
    expect(notices).toEqual([])
    expect(render([system, user], false)).toBe('<user>Be kind.\n\nHello')
    const answer = { role: 'assistant', content: 'Hi' }
    const later = { role: 'system', content: 'Be brief.' }
    expect(render([system, user, answer, later, user], false)).toBe(
      '<user>Be kind.\n\nHello<assistant>Hi<user>Be brief.\n\nHello',
    )
    expect(notices).toEqual([
      'The chat template has no system role: system messages are put before the next user turn',
    ])
  })

  it('gets it as a part where it reads parts', () => {
    const parts =
      "{% for m in messages if m.role != 'system' %}{% if m.content is string %}{{ m.content }}{% else %}" +
      '{% for part in m.content %}[{{ part.text }}]{% endfor %}{% endif %}{% endfor %}'
    const message = { role: 'user', content: [{ type: 'text' as const, text: 'Hello' }] }
    expect(compileChatTemplate(parts, {})([system, message], false)).toBe('[Be kind.\n\n][Hello]')
  })

  it('is not taken for one where it has a place for the text, or changes it', () => {
    const notices: string[] = []
    for (const template of [
      '{{ messages[0].content }}|{{ messages[-1].content }}',
      "{% if messages[0].role == 'system' %}{{ messages[0].content|upper }}{% endif %}|{{ messages[-1].content }}",
    ]) {
      const render = compileChatTemplate(template, {}, { onNotice: (line) => notices.push(line) })
      expect(render([system, user], false)).toMatch(/^be kind\.\|Hello$/i)
    }
    expect(notices).toEqual([])
  })

  it('refuses a system message that no turn of the user follows', () => {
    for (const template of [raises, drops])
      expect(() => compileChatTemplate(template, {})([user, system], false)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', found: 'roles user, system' }),
      )
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

  // Python: datetime(2021, 1, 3, 0, 4, 5).strftime(...), with glibc
  it('has weeks, days of the year, combined directives, flags and widths', () => {
    const date = new Date(2021, 0, 3, 0, 4, 5)
    expect(strftime(date, '%c|%D|%F|%r|%R|%T|%x|%X')).toBe(
      'Sun Jan  3 00:04:05 2021|01/03/21|2021-01-03|12:04:05 AM|00:04|00:04:05|01/03/21|00:04:05',
    )
    expect(strftime(date, '%j %U %W %V %G %g %u %w %C %f %k %l%z%Z')).toBe(
      '003 01 00 53 2020 20 7 0 20 000000  0 12',
    )
    expect(strftime(date, '%_d|%-4d|%05d|%^b|%#p|%10A')).toBe(' 3|   3|00003|JAN|am|    Sunday')
  })
})
