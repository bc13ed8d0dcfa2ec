import fc from 'fast-check'
import { oddStrings } from './odd-values.ts'
import { words } from './words.ts'

const quoted = oddStrings.map((text) => JSON.stringify(text.slice(0, 300)))
const names = fc.constantFrom(
  ...words(`
  messages  message  loop  loop.index0  loop.last  ns  ns.x  x  tools  bos_token  nothing
  add_generation_prompt  message['content']  message.role  messages[0]  messages[-1].content  self  caller
`),
)
const numbers = fc.constantFrom(
  ...words(`
  0  1  -1  3  100000  10**9  10**400  2**63  1.5  1e308  1e309  0x10  1_000  00  -0.0
`),
)
const literals = fc.oneof(
  names,
  names,
  numbers,
  quoted,
  fc.constantFrom(
    'none',
    'True',
    'false',
    '[]',
    '{}',
    '()',
    '[1, 2]',
    "{'a': 1}",
    "'%s %d' % (1, 2)",
    "'a' 'b'",
    'namespace(x=1)',
  ),
  fc.constantFrom(
    'range(10)',
    'range(10**9)',
    'range(0, 1, -1)',
    'cycler(1, 2)',
    'joiner()',
    'dict(a=1)',
    'lipsum()',
    'strftime_now("%Y")',
  ),
)
const operators = fc.constantFrom(
  ...words(`
  +  -  *  /  //  %  **  ~  ==  !=  <  >=  in  not in  and  or  is  if  |  .
`),
)
const filters = fc.constantFrom(
  ...words(`
  trim  length  upper  title  list  tojson  tojson(indent=100000)  join  sort  unique  sum  min  first
  last  random  reverse  string  int  float  round(2)  safe  escape  items  dictsort  pprint  default("a")
  replace("", "aaaa")  replace("a", "aaaaaaaaaa")  map("upper")  map(attribute="role")  center(10**8)
  selectattr("role", "equalto", "user")  rejectattr("a.b")  groupby("role")  batch(3, 1)  slice(10**8)
  indent(10**8)  wordwrap(1)  truncate(5)  format(1, 2)  xmlattr  urlize  striptags  wordcount
  filesizeformat  attr("x")  nope
`),
)
const methods = fc.constantFrom(
  ...words(`
  .strip()  .lstrip("ab")  .split()  .split("", 1)  .replace("a", "b" * 100)  .format(1)
  .join(["a", "b"])  .items()  .get("a", {})  .find("a")  .count("")  .splitlines()  .partition(" ")
  .title()  .zfill(10**8)  .ljust(10**8)  .startswith(("a", 1))  .append(x)  .__class__  .encode()
  .index(1)  .pop()  .update({})  .rjust(5, "ab")  ()  [0]  [-1]  [::2]  [::-1]  [::0]  [10**20:]  ["a"]
  [:-1]  [none]  (x=1, *[1], **{})
`),
)
const tests = fc.constantFrom(
  ...words(`
  defined  not none  string  mapping  iterable  divisibleby 0  divisibleby(3)  in [1]  sameas none  nope
  odd
`),
)

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literals,
    fc.tuple(tie('expression'), operators, tie('expression')).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('expression'), filters).map(([value, filter]) => `${value}|${filter}`),
    fc.tuple(tie('expression'), methods).map(([value, method]) => `${value}${method}`),
    fc.tuple(tie('expression'), tests).map(([value, test]) => `(${value} is ${test})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([a, b, c]) => `(${a} if ${b} else ${c})`),
    fc.array(tie('expression'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(fc.constantFrom('-', 'not ', '+'), tie('expression')).map((parts) => `(${parts.join('')})`),
    tie('expression').map((argument) => `f(${argument})`),
  ),
}))

const marks = fc.constantFrom<readonly [string, string]>(
  ['{%', '%}'],
  ['{%-', '-%}'],
  ['{%+', '%}'],
  ['{%', '-%}'],
)
const targets = fc.constantFrom('x', 'x, y', 'ns.x', 'message', 'loop', '(x, (y, z))', 'true')
const broken = fc.constantFrom(
  ...words(`
  {{  {%  {#  }}  {% raw %}  {% if %}  {% endfor %}  {{ "  {% for x in %}  {% else %}  {{ ((( }}
  {% set %}
`),
)

const { body } = fc.letrec<{ body: string; statement: string }>((tie) => {
  const block = (name: fc.Arbitrary<string>, end: string) =>
    fc
      .tuple(marks, name, tie('body'))
      .map(([[open, close], head, inner]) => `${open} ${head} ${close}${inner}${open} ${end} ${close}`)
  const each = fc
    .tuple(targets, expression, fc.constantFrom('', ' recursive', ' if x', ' if loop.first'))
    .map(([target, items, more]) => `for ${target} in ${items}${more}`)
  return {
    body: fc.array(tie('statement'), { maxLength: 3 }).map((all) => all.join('')),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        fc.constantFrom('text ', '\n', '  \n\n  '),
        oddStrings.map((text) => text.slice(0, 2000)),
      ),
      expression.map((value) => `{{ ${value} }}`),
      expression.map((value) => `{{- ${value} -}}`),
      fc.tuple(targets, expression).map(([target, value]) => `{% set ${target} = ${value} %}`),
      fc.constantFrom(
        '{% break %}',
        '{% continue %}',
        '{# a #}',
        '{% include "a" %}',
        '{% extends "a" %}',
        '{% do x.append(1) %}',
      ),
      block(each, 'endfor'),
      block(
        expression.map((test) => `if ${test}`),
        'endif',
      ),
      block(fc.constantFrom('set x', 'set x | upper'), 'endset'),
      block(fc.constantFrom('macro f(a, b=1)', 'macro f(n)'), 'endmacro'),
      block(fc.constantFrom('call f(1)', 'call(a) f()'), 'endcall'),
      block(
        filters.map((filter) => `filter ${filter}`),
        'endfilter',
      ),
      block(
        expression.map((value) => `with x = ${value}`),
        'endwith',
      ),
      block(fc.constantFrom('generation', 'raw', 'autoescape true', 'block a', 'trans'), 'endgeneration'),
      broken,
    ),
  }
})

/** Templates that use excessive resources: loops, recursion, growth, nesting, length. */
const greedy = fc.oneof(
  fc.constantFrom(
    '{% for i in range(10**9) %}{% endfor %}',
    '{% macro f(n) %}{% if n > 0 %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}',
    '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
    '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}',
    '{{ range(0,1,0.00000001)|list|length }}',
    '{% set ns = namespace(s="aaaaaaaaaa") %}{% for i in range(10) %}{% set ns.s = ns.s.replace("a","aaaaaaaaaa") %}{% endfor %}{{ ns.s }}',
    '{% set ns = namespace(l=[1]) %}{% for i in range(30) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l|length }}',
    '{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}{{ ns.l == ns.l }}{{ ns.l|tojson }}',
    '{{ "%0999999999d" % 1 }}{{ "{:>999999999}".format(1) }}',
    '{{ 10**(10**6) }}{{ 2**(2**40) }}',
    '{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}',
    '{% for x in "a" * 10**7 %}{{ "b" * 1000 }}{% endfor %}',
    '{{ ("a" * 10**6).split("a")|map("upper")|join("b" * 100)|length }}',
  ),
  fc
    .tuple(
      fc.constantFrom(
        '(',
        '[',
        'not ',
        '-',
        '{{ ',
        '{% if x %}',
        '{% for x in messages %}',
        '{{ x',
        '|upper',
        '.a',
        '[0]',
        '\n',
        ' ',
        '1+',
        '{% set x = x ~ x %}',
        "{{ 'a' }}",
      ),
      fc.constantFrom(10, 99, 101, 3000, 120_000),
    )
    .map(
      ([piece, times]) => `{% set x = "a" %}{{ ${piece.startsWith('{') ? '1 }}' : ''}${piece.repeat(times)}`,
    ),
)

/** Chat templates: valid, odd, broken and excessive ones. */
export const jinjaTemplates: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: body },
  {
    weight: 12,
    arbitrary: body.map(
      (inner) => `{% set ns = namespace(x="a") %}{% for message in messages %}${inner}{% endfor %}`,
    ),
  },
  {
    weight: 6,
    arbitrary: expression.map((value) => `{% macro f(a, b=1) %}{{ a }}{% endmacro %}{{ ${value} }}`),
  },
  { weight: 1, arbitrary: greedy },
)
