/**
 * The script of a page: filters the examples and shows more of them on demand, copies the command, and opens all details for
 * printing. Plain JavaScript for browsers; it never turns text into markup.
 */
export const pageScript = `'use strict'
{
  const form = document.querySelector('[data-filters]')
  const examples = [...document.querySelectorAll('.example')]
  const more = document.querySelector('[data-more]')
  const atOnce = 12
  let shown = atOnce
  const words = new Map(examples.map((one) => [one, one.textContent.toLowerCase()]))

  function filter() {
    const fields = new FormData(form)
    const wanted = (fields.get('words') || '').toLowerCase().split(/\\s+/).filter(Boolean)
    const same = (one, field) => !fields.get(field) || one.dataset[field] === fields.get(field)
    const found = examples.filter(
      (one) =>
        ['domain', 'kind', 'outcome'].every((field) => same(one, field)) &&
        wanted.every((word) => words.get(one).includes(word)),
    )
    const visible = new Set(found.slice(0, shown))
    for (const one of examples) one.hidden = !visible.has(one)
    const subjects = new Set(fields.getAll('subject'))
    for (const one of document.querySelectorAll('.response')) one.hidden = !subjects.has(one.dataset.subject)
    const left = found.length - visible.size
    form.querySelector('[data-count]').textContent =
      (found.length === examples.length ? '' : found.length + ' of ') + examples.length +
      (examples.length === 1 ? ' example' : ' examples') + (left > 0 ? ', the first ' + visible.size + ' shown' : '')
    more.parentElement.hidden = left === 0
  }

  if (form) {
    form.hidden = false
    form.addEventListener('submit', (event) => event.preventDefault())
    form.addEventListener('input', () => {
      shown = atOnce
      filter()
    })
    more.addEventListener('click', () => {
      shown += atOnce
      filter()
    })
    filter()
  }

  const copy = document.querySelector('[data-copy]')
  if (copy && navigator.clipboard) {
    copy.hidden = false
    copy.addEventListener('click', async () => {
      const text = copy.previousElementSibling.textContent
      const done = await navigator.clipboard.writeText(text).then(() => true, () => false)
      copy.textContent = done ? 'Copied' : 'Select it and copy'
    })
  }

  let closed = []
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')]
    for (const one of closed) one.open = true
  })
  addEventListener('afterprint', () => {
    for (const one of closed) one.open = false
  })
}
`
