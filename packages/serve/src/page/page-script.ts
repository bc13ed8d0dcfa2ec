/**
 * The script of the chat page: plain JavaScript, as browsers run it. A model's output becomes text, never markup. The base and
 * the patched model have separate conversations, because each continues from its own answers.
 */
export const pageScript = `
const at = (id) => document.getElementById(id)
const headers = () => ({
  'content-type': 'application/json',
  ...(at('key').value && { authorization: 'Bearer ' + at('key').value }),
})
let model = ''
let sides = { patched: [], base: [] }
let running

async function load() {
  const [models, patches] = await Promise.all(['/v1/models', '/v1/patches'].map(async (path) => {
    const response = await fetch(path, { headers: headers() })
    const body = await response.json()
    if (!response.ok) throw new Error(body.error.message)
    return body
  }))
  model = models.data[0].id
  at('model').textContent = model
  const chosen = new Map(patches.default.map((part) => [part.name + '@' + part.version, part.weight]))
  at('patches').replaceChildren(...patches.data.map(({ id, domain }) => {
    const label = document.createElement('label')
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: id, checked: chosen.has(id) })
    const weight = Object.assign(document.createElement('input'),
      { type: 'number', min: '0', max: '100', step: '0.1', value: String(chosen.get(id) ?? 1) })
    weight.setAttribute('aria-label', 'Weight of ' + id)
    label.append(box, id + ' (' + domain + ')', weight)
    return label
  }))
  if (patches.data.length === 0) at('patches').textContent = 'None is installed.'
}

const stack = () => [...at('patches').querySelectorAll('label')].flatMap((label) => {
  const [box, weight] = label.querySelectorAll('input')
  return box.checked ? [{ name: box.name, weight: Number(weight.value) }] : []
})

async function answer(messages, patches, signal, show) {
  const response = await fetch('/v1/chat/completions', {
    method: 'POST',
    headers: headers(),
    signal,
    body: JSON.stringify({ model, messages, patches, stream: true, temperature: 0, max_tokens: 256 }),
  })
  if (!response.ok) throw new Error((await response.json()).error.message)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    const lines = (rest + value).split('\\n')
    rest = lines.pop()
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
      const chunk = JSON.parse(line.slice(6))
      if (chunk.error) throw new Error(chunk.error.message)
      text += chunk.choices[0]?.delta.content ?? ''
      show(text)
    }
  }
}

function panel(title) {
  const section = document.createElement('section')
  section.className = 'answer'
  const heading = Object.assign(document.createElement('h2'), { textContent: title })
  const text = document.createElement('p')
  section.append(heading, text)
  return { section, text }
}

async function side(name, title, patches, question, into, signal) {
  const { section, text } = panel(title)
  into.append(section)
  const messages = [...sides[name], { role: 'user', content: question }]
  try {
    const content = await answer(messages, patches, signal, (soFar) => { text.textContent = soFar })
    sides[name] = [...messages, { role: 'assistant', content }]
  } catch (error) {
    if (signal.aborted) return
    section.classList.add('failed')
    text.textContent = error.message
  }
}

at('ask').addEventListener('submit', async (event) => {
  event.preventDefault()
  const question = at('prompt').value
  const patches = stack()
  const turn = document.createElement('li')
  const asked = Object.assign(document.createElement('p'), { className: 'question', textContent: question })
  const answers = Object.assign(document.createElement('div'), { className: 'answers' })
  turn.append(asked, answers)
  at('turns').append(turn)
  at('prompt').value = ''
  running = new AbortController()
  at('send').disabled = true
  at('stop').disabled = false
  const names = patches.map(({ name, weight }) => name + (weight === 1 ? '' : ' × ' + weight)).join(' + ')
  await Promise.all([
    ...(at('compare').checked ? [side('base', 'Base model', [], question, answers, running.signal)] : []),
    side('patched', names || 'Without a patch', patches, question, answers, running.signal),
  ])
  at('send').disabled = false
  at('stop').disabled = true
  at('prompt').focus()
})
at('stop').addEventListener('click', () => running?.abort())
at('clear').addEventListener('click', () => {
  running?.abort()
  sides = { patched: [], base: [] }
  at('turns').replaceChildren()
})
at('settings').addEventListener('submit', (event) => event.preventDefault())
const connect = () => load().catch((error) => { at('model').textContent = error.message })
at('key').addEventListener('change', connect)
connect()
`
