import { expect, test } from 'vitest'
import { escapeHtml, Html, html } from './html.ts'

test('values are text unless they are markup', () => {
  const hostile = `</p><script>alert("1")</script>' & more`
  const page = html`<p title="${hostile}">${hostile}${new Html('<br>')}${[1, html`<i>${'<'}</i>`]}${undefined}${false}</p>`
  expect(page.markup).toBe(
    '<p title="&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; &amp; more">&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; &amp; more<br>1<i>&lt;</i></p>',
  )
})

test('what a page cannot hold is replaced', () => {
  expect(escapeHtml('a\r\nb\rc\u0000\u001b[31m\ud800 \u{1f600}\tx\u202ey\u2066')).toBe(
    'a\nb\nc\ufffd\ufffd[31m\ufffd \u{1f600}\tx\ufffdy\ufffd',
  )
})
