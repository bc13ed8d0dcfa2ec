import { describe, expect, it } from 'vitest'
import { compileTemplate } from './compile/compile-template.ts'
import { limits } from './fuel.ts'

const many = 100_000
const grow = (value: string, change: string, last: string) =>
  `{% set ns = namespace(x=${value}) %}{% for i in range(60) %}{% set ns.x = ${change} %}{% endfor %}{{ ${last} }}`
const often = (value: string, expression: string) =>
  `{% set s = ${value} %}{% for i in range(${many}) %}{% set x = ${expression} %}{% endfor %}`

/** What a template takes that only grows: which of them is used up first does not matter. */
const fuel = /^\d+ (steps|bytes of memory|characters of output)$/

/** Templates that take without end, by what stops them. */
const hostile: readonly (readonly [limit: string, template: string])[] = [
  ['characters of template', '\n'.repeat(1e6)],
  ['levels of nesting', `{{ ${'('.repeat(many)}1${')'.repeat(many)} }}`],
  ['levels of nesting', `{{ ${'not '.repeat(5e4)}1 }}`],
  ['levels of nesting', `{{ ${'-'.repeat(many)}1 }}`],
  ['levels of nesting', `{{ 1${'+1'.repeat(many)} }}`],
  ['levels of nesting', `{{ a${'.a'.repeat(many)} }}`],
  ['levels of nesting', `{{ a${'|e'.repeat(many)} }}`],
  ['levels of nesting', '{% if 1 %}'.repeat(10_000) + '{% endif %}'.repeat(10_000)],
  ['items of a range', '{% for i in range(10**9) %}{% endfor %}'],
  ['items of a range', '{{ range(-(10**30), 10**30)|length }}'],
  ['fuel', '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}'],
  ['fuel', '{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}'],
  ['levels of calls', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
  ['levels of calls', '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}'],
  [
    'fuel',
    `{% macro f() %}{{ caller() }}{{ caller() }}{% endmacro %}${'{% call f() %}'.repeat(20)}${'{% endcall %}'.repeat(20)}`,
  ],
  ['fuel', "{{ 'a' * 10**9 }}"],
  ['fuel', '{{ [1] * 10**8 }}'],
  ['fuel', grow("'a'", 'ns.x + ns.x', 'ns.x')],
  ['fuel', grow("'a'", 'ns.x ~ ns.x', 'ns.x')],
  ['fuel', grow('[1]', 'ns.x + ns.x', 'ns.x')],
  ['fuel', grow("'a'", "ns.x.replace('a', 'aaaaaaaaaa')", 'ns.x')],
  ['fuel', grow('[]', '[ns.x, ns.x]', 'ns.x')],
  ['fuel', grow('[]', '[ns.x, ns.x]', 'ns.x|tojson')],
  ['fuel', `${grow('[]', '[ns.x, ns.x]', '1')}{% set a = ns.x %}${grow('[]', '[ns.x, ns.x]', 'a == ns.x')}`],
  ['fuel', "{{ range(100000)|join('x' * 10000) }}"],
  ['fuel', "{{ ('{0}' * 20000).format('a' * 100000) }}"],
  ['fuel', "{{ ('%(a)s' * 20000) % {'a': 'a' * 100000} }}"],
  ['fuel', "{{ '%1000000000s' % 'a' }}"],
  ['fuel', "{{ '{:1000000000}'.format(1) }}"],
  ['fuel', "{{ 'a'.center(10**9) }}"],
  ['fuel', "{{ 'a'|indent(10**9) }}"],
  ['fuel', '{{ [[1]]|tojson(indent=10**9) }}'],
  ['fuel', '{{ [1]|batch(10**9, 1)|list }}'],
  ['fuel', "{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}"],
  ['fuel', often("'a' * 1000000", "'b' in s")],
  ['fuel', often("'a' * 1000000", "s.find('a' * 5000 ~ 'b' ~ 'a' * 5000)")],
  ['fuel', often("'a' * 1000000", "s.strip('a')")],
  ['fuel', often("'😀' * 1000000", 's|length')],
  ['fuel', often("'1' * 1000000", 's|int')],
  ['fuel', often('range(100000)|list', '-1 in s')],
  ['fuel', often('dict.fromkeys(range(20000))', 's|dictsort')],
  ['fuel', often('3**400000', 's // 7')],
  [
    'generators within each other',
    "{% set ns = namespace(x=[1]) %}{% for i in range(1000) %}{% set ns.x = ns.x|map('string') %}{% endfor %}",
  ],
]

describe('a template that takes without end', () => {
  it.each(hostile)('is stopped by its %s', (limit, template) => {
    const start = performance.now()
    expect(() => compileTemplate(template)({})).toThrow(
      expect.objectContaining({
        fault: 'limit',
        message: expect.stringMatching(limit === 'fuel' ? fuel : limit),
      }),
    )
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('is refused by name where a value would be too large', () => {
    for (const template of ['{{ 10**(10**10) }}', "{{ '%.999999999f' % 1.0 }}", '{{ 1.5|round(10**9) }}'])
      expect(() => compileTemplate(template)({})).toThrow(expect.objectContaining({ name: 'TemplateError' }))
  })

  it('fails as in Python where lists are nested too deep', () => {
    const deep =
      '{% set ns = namespace(x=[]) %}{% for i in range(50000) %}{% set ns.x = [ns.x] %}{% endfor %}'
    for (const last of ['{{ ns.x }}', '{{ ns.x|tojson }}', '{% set ns.me = ns %}{{ ns }}'])
      expect(() => compileTemplate(deep + last)({})).toThrow(/RecursionError/)
  })
})

describe('a template that takes much and ends', () => {
  it.each([
    ['white space', `${' '.repeat(200_000)}{%${' '.repeat(50_000)}if true %}x{% endif %}`, 'x'],
    ['line feeds', `${'\n'.repeat(200_000)}{{ 1 }}`, `${'\n'.repeat(200_000)}1`],
    ['braces', '{ '.repeat(100_000), '{ '.repeat(100_000)],
  ])('is rendered: %s', (_, template, text) => {
    expect(compileTemplate(template)({})).toBe(text)
  })

  it('may take more for a long conversation', () => {
    const messages = Array.from({ length: 2000 }, (_, at) => ({
      role: 'user',
      content: `${at} `.repeat(100),
    }))
    const template = '{% for m in messages %}{% for c in m.content %}{{ c|upper }}{% endfor %}{% endfor %}'
    expect(compileTemplate(template)({ messages }).length).toBeGreaterThan(limits.steps / 2)
  })
})
