import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { type AskOptions, askSettings } from './ask-settings.ts'

/** Types a line, or chooses, each time that another question is shown. */
function asked(keys: readonly string[], given: AskOptions['given'] = {}) {
  const input = new PassThrough()
  const output = new PassThrough({ encoding: 'utf8' })
  let shown = ''
  let told = 0
  const left = [...keys]
  output.on('data', (text: string) => {
    shown += text
    // A question ends with its mark at the left, of which each is shown anew when it changes.
    const questions = shown.split('◆').length - 1
    if (questions <= told || left.length === 0) return
    told = questions
    const next = left.shift() as string
    setTimeout(() => input.write(next), 20)
  })
  const settings = askSettings({
    ...{ given, name: 'own', input, output },
    check: (setting, value) =>
      setting === 'name' && value !== 'own' && value !== 'good' ? 'It is wrong.' : undefined,
  })
  return { settings, shown: () => shown }
}

const enter = '\r'
const down = '\u001b[B'

test('each question has a default, which is taken with Enter', async () => {
  const { settings, shown } = asked(Array(6).fill(enter))
  expect(await settings).toEqual({
    goal: 'refuse',
    model: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    reference: 'recorded',
    name: 'own',
    preset: 'balanced',
    ci: 'train',
  })
  expect(shown()).toContain('What should the patch do?')
})

test('what was given is not asked for', async () => {
  const given = { goal: 'json', model: 'm', reference: 'system-prompt', preset: 'fast', ci: 'none' } as const
  const { settings, shown } = asked([`good${enter}`], given)
  expect(await settings).toEqual({ ...given, name: 'good' })
  expect(shown()).not.toContain('What should the patch do?')
})

test('an answer is chosen, or typed', async () => {
  const { settings } = asked([`${down}${enter}`], {
    model: 'm',
    name: 'own',
    reference: 'recorded',
    preset: 'fast',
    ci: 'none',
  })
  expect(await settings).toMatchObject({ goal: 'json' })
})

test('Ctrl-C ends it', async () => {
  const { settings } = asked(['\u0003'])
  await expect(settings).rejects.toMatchObject({ code: 'ABORTED' })
})
